import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import java.net.Socket;
import java.security.cert.X509Certificate;

/** Java's own HttpClient on EchoApp: java Ask.java url HTTP_1_1|HTTP_2. Every case prints its name; the first that fails ends it. */
class Ask {
    static URI base;
    static HttpClient client;
    static HttpClient.Version version;

    public static void main(String[] arguments) throws Exception {
        base = URI.create(arguments[0]);
        HttpClient.Version offered = HttpClient.Version.valueOf(arguments[1]);
        // Without TLS it offers an upgrade to HTTP/2 with its first request, which a server may ignore.
        version = base.getScheme().equals("https") ? offered : HttpClient.Version.HTTP_1_1;
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] { new TrustAll() }, null);
        client = HttpClient.newBuilder().version(offered).sslContext(tls).cookieHandler(new CookieManager()).followRedirects(HttpClient.Redirect.NORMAL).build();

        methods();
        large();
        head();
        redirect();
        cookie();
        missing();
        parallel();
        streamed();
        client = null;
    }

    static void methods() throws Exception {
        for (var method : new String[] { "POST", "PUT", "PATCH", "DELETE", "X-OWN" }) {
            var answer = client.send(
                request("/echo").method(method, BodyPublishers.ofString("body of " + method)).header("X-Sent", "yes").build(), BodyHandlers.ofString());
            same(200, answer.statusCode());
            same(version, answer.version());
            same(method, answer.headers().firstValue("x-method").orElse(""));
            same("yes", answer.headers().firstValue("x-seen").orElse(""));
            same("body of " + method, answer.body());
        }
        done("each method and its body");
    }

    static void large() throws Exception {
        var content = new byte[500_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i % 251);
        }
        var answer = client.send(request("/echo").POST(BodyPublishers.ofByteArray(content)).build(), BodyHandlers.ofByteArray());
        same(true, Arrays.equals(content, answer.body()));
        // Of unknown length.
        answer = client.send(
            request("/echo").POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(content))).build(), BodyHandlers.ofByteArray());
        same(true, Arrays.equals(content, answer.body()));
        done("a large body both ways");
    }

    static void head() throws Exception {
        var answer = client.send(request("/bytes?count=12345").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofByteArray());
        same("12345", answer.headers().firstValue("content-length").orElse(""));
        same(0, answer.body().length);
        done("a head");
    }

    static void redirect() throws Exception {
        var answer = client.send(request("/redirect?keep").POST(BodyPublishers.ofString("kept")).build(), BodyHandlers.ofString());
        same("/echo", answer.uri().getPath());
        same("kept", answer.body());
        done("a redirect");
    }

    static void cookie() throws Exception {
        client.send(request("/cookie").build(), BodyHandlers.ofString());
        same("visit=1", client.send(request("/cookie").build(), BodyHandlers.ofString()).body());
        done("a cookie");
    }

    static void missing() throws Exception {
        var answer = client.send(request("/nowhere").build(), BodyHandlers.ofString());
        same(404, answer.statusCode());
        same("no such page", answer.body());
        done("a page that is not there");
    }

    static void parallel() throws Exception {
        var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
        for (int i = 0; i < 100; i++) {
            answers.add(client.sendAsync(request("/bytes?count=" + i * 1000).build(), BodyHandlers.ofByteArray()));
        }
        for (int i = 0; i < 100; i++) {
            same(i * 1000, answers.get(i).get().body().length);
        }
        done("a hundred at once");
    }

    /** Left in the middle: the app must notice. */
    static void streamed() throws Exception {
        var answer = client.send(request("/hold").build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            same("begun", new BufferedReader(new InputStreamReader(body)).readLine());
        }
        done("one that is left");
    }

    static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path));
    }

    static void same(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + ", not " + actual);
        }
    }

    static void done(String name) {
        System.out.println("ok " + name);
    }

    /** The certificate is made for the test; its name is still checked by nobody here. */
    static class TrustAll extends X509ExtendedTrustManager {
        public void checkClientTrusted(X509Certificate[] chain, String type) { }
        public void checkServerTrusted(X509Certificate[] chain, String type) { }
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) { }
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) { }
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) { }
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) { }
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }
}
