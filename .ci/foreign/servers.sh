# shellcheck shell=bash
# TLS servers in the background, and what they say. Sourced after lib.sh, never run; the sourcing script names `log`.

: "${log:?}"
server=

# Starts a server, on a free port that it names itself, and waits for it. Sets port.
start() {
    : >"$log"
    timeout 300 "$@" >>"$log" 2>&1 </dev/null &
    server=$!
    for _ in {1..100}; do
        port=$(sed -n 's/^ACCEPT 127\.0\.0\.1://p' "$log")
        [[ -z $port ]] || return 0
        sleep 0.1
    done
    cat "$log"
    return 1
}

stop() {
    [[ -n $server ]] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}

# no_page REASON COMMAND...: the client gets no page, and the server says why.
no_page() {
    local reason=$1 reply
    : >"$log"
    reply=$("${@:2}" 2>&1) || true
    printf '%s\n' "$reply"
    [[ $reply != *'200 ok'* ]] || return 0
    for _ in {1..50}; do
        grep -Eq "$reason" "$log" && break
        sleep 0.1
    done
    echo "the server: $(tr '\n' ' ' <"$log")"
    return 1
}

# What a command prints, on one line.
flat() {
    "$@" | tr -s '\r\n\t ' ' '
}
