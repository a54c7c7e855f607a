package org.millrace.am.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The application's page: one document with its one style and its one script inside, and a policy
 * that lets a browser use those two and nothing else. What it shows comes from {@code
 * api/v1/status}; so the document is the same for every application.
 */
final class Page {
  private Page() {}

  static Answer load() {
    String style = resource("page.css");
    String script = resource("page.js");
    String document =
        resource("page.html").replace("/*style*/", style).replace("/*script*/", script);
    return Answer.html(
        document,
        "default-src 'none'; script-src '"
            + hash(script)
            + "'; style-src '"
            + hash(style)
            + "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'self'");
  }

  private static String resource(String name) {
    try (InputStream stream = Page.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the jar has no " + name + " beside " + Page.class);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException cannotHappen) {
      throw new IllegalStateException("every Java platform has SHA-256", cannotHappen);
    }
  }
}
