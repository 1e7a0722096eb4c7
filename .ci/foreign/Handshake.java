import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * One side of a mutual TLS handshake on loopback, as Java understands it.
 *
 * <pre>
 * java Handshake.java server PFX PASSWORD TRUST PEER          until it is killed
 * java Handshake.java client PFX PASSWORD TRUST PEER PORT PROTOCOL
 * </pre>
 *
 * PFX is the own identity, PASSWORD a file, TRUST a folder of roots (DER), PEER the name that the other side must prove.
 */
public final class Handshake {
    public static void main(String[] arguments) throws Exception {
        SSLContext context = context(Path.of(arguments[1]), password(Path.of(arguments[2])), Path.of(arguments[3]));
        String peer = arguments[4];
        switch (arguments[0]) {
            case "server" -> serve(context, peer);
            case "client" -> ask(context, peer, Integer.parseInt(arguments[5]), arguments[6]);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void serve(SSLContext context, String peer) throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 9, loopback)) {
            listener.setNeedClientAuth(true);
            System.out.println("ACCEPT 127.0.0.1:" + listener.getLocalPort());
            while (true) {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    answer(socket, peer);
                } catch (Exception refusal) {
                    System.out.println("refused: " + refusal);
                }
            }
        }
    }

    /** Answers as `openssl s_server -www` does: protocol, verdict, and the client's name. */
    private static void answer(SSLSocket socket, String peer) throws Exception {
        socket.setSoTimeout(TIMEOUT);
        socket.startHandshake();
        X509Certificate client = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        requireName(client, peer);
        socket.getInputStream().read();
        String page = "HTTP/1.0 200 ok\r\n\r\nNew, " + socket.getSession().getProtocol()
                + "\nVerify return code: 0 (ok)\nSubject: " + client.getSubjectX500Principal() + "\n";
        socket.getOutputStream().write(page.getBytes(StandardCharsets.US_ASCII));
    }

    /** A server's socket has no endpoint identification for its clients. */
    private static void requireName(X509Certificate client, String peer) throws Exception {
        Collection<List<?>> names = client.getSubjectAlternativeNames();
        int dnsName = 2;
        if (names == null || !names.contains(List.of(dnsName, peer))) {
            throw new SSLException("the client's names are " + names + ", not " + peer);
        }
    }

    private static void ask(SSLContext context, String peer, int port, String protocol) throws IOException {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, peer, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setProtocols(new String[] {protocol});
                socket.setSSLParameters(parameters);
                socket.setSoTimeout(TIMEOUT);
                socket.startHandshake();
                socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().transferTo(System.out);
            }
        }
    }

    private static SSLContext context(Path pfx, char[] password, Path trust) throws Exception {
        KeyStore identity = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(pfx)) {
            identity.load(file, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(identity, password);
        TrustManagerFactory roots = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        roots.init(trustStore(trust));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), roots.getTrustManagers(), null);
        return context;
    }

    private static KeyStore trustStore(Path folder) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.cer")) {
            for (Path file : files) {
                try (InputStream der = Files.newInputStream(file)) {
                    String alias = file.getFileName().toString();
                    store.setCertificateEntry(alias, CertificateFactory.getInstance("X.509").generateCertificate(der));
                }
            }
        }
        return store;
    }

    private static char[] password(Path file) throws IOException {
        return Files.readAllLines(file).get(0).toCharArray();
    }

    private static final int TIMEOUT = 10_000; // milliseconds

    private Handshake() {}
}
