package org.millrace.runner.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page docs/configuration.md is what the declarations say. */
class ConfigurationReferenceTest {
  private static final String REGENERATE = "org.millrace.regenerate";

  @Test
  void thePageIsMadeFromTheDeclarations() throws IOException {
    Path page = Path.of("..", "docs", "configuration.md");
    String expected = reference();
    if (Boolean.getBoolean(REGENERATE)) {
      Files.writeString(page, expected, StandardCharsets.UTF_8);
    }
    assertThat(page)
        .as(
            "make it anew with: mvn -pl container-runner -am test -Dtest=ConfigurationReferenceTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=true",
            REGENERATE)
        .hasContent(expected);
  }

  private static String reference() {
    StringBuilder text = new StringBuilder();
    text.append("# Configuration\n\n");
    text.append(
        "A setting comes from the command line (`--conf KEY=VALUE`), else from the program's `StreamingConf`, else from\n"
            + "`millrace-site.xml`, else it has its default. An unknown `millrace.` key, or a value out of its bounds, stops the start, and\n"
            + "all problems are listed at once. Durations are written as `200ms`, `2s`, `5m`, `1h`; sizes as `512k`, `256m`, `2g`. This\n"
            + "page is made from the declarations in `org.millrace.runner.conf.Keys`.\n\n");
    text.append("| key | type | default | meaning | known from Spark as |\n");
    text.append("|---|---|---|---|---|\n");
    for (Key<?> key : Keys.all()) {
      text.append("| `").append(key.name()).append("` | ").append(key.type()).append(" | ");
      text.append(key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`");
      text.append(" | ").append(key.description()).append(" | ");
      text.append(key.replaces().isEmpty() ? "" : "`" + key.replaces() + "`").append(" |\n");
    }
    return text.toString();
  }
}
