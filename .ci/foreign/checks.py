"""The helpers of lib.sh for Python: each check is one line, "ok PROMISE" or "FAILED PROMISE"."""

import traceback


def ok(promise, action, *arguments):
    """The action must return."""
    try:
        action(*arguments)
    except Exception:
        failed(promise, traceback.format_exc())
    else:
        passed(promise)


def refused(promise, reason, action, *arguments):
    """The action must raise `reason`, and nothing else."""
    try:
        result = action(*arguments)
    except reason:
        passed(promise)
    except Exception:
        failed(promise, traceback.format_exc())
    else:
        failed(promise, f"accepted: {result}")


def passed(promise):
    print("ok", promise, flush=True)


def failed(promise, why):
    print("FAILED", promise)
    print("".join(f"    | {line}\n" for line in why.splitlines()), end="", flush=True)
