package org.millrace.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParityTableTest {
  private static final Path TABLE = Path.of("../docs/parity.md");
  private static final Path REASONS = Path.of("src/test/resources/reasons.tsv");

  @Test
  void everyMemberHasACounterpartOrAReason() throws Exception {
    List<String> missing = new ArrayList<>();
    Members.read(REASONS)
        .all()
        .forEach(
            (type, members) -> {
              for (Members.Member member : members) {
                if (member.ours() == null && member.reason() == null) {
                  missing.add(type.substring(type.lastIndexOf('.') + 1) + "." + member.spark());
                }
              }
            });
    assertThat(missing).isEmpty();
  }

  @Test
  void theTableIsWhatTheClassesSay() throws Exception {
    String table = table(Members.read(REASONS).all());
    if (Boolean.getBoolean("org.millrace.regenerate")) {
      Files.writeString(TABLE, table);
    }
    assertThat(Files.readString(TABLE)).isEqualTo(table);
  }

  private static String table(Map<String, List<Members.Member>> all) {
    StringBuilder text =
        new StringBuilder(
            """
            # Spark Streaming's Java API, member by member

            Generated from the classes of Spark and of Millrace by the profile `parity` (`mvn -Pparity -pl parity -am verify`), which also
            runs the same programs on both and compares what they give. **same** stands where a member has a counterpart of the
            same name and parameters here; **compared** where a program that gave the same on both calls it. Which of the project's own tests
            cover a member is not marked. Members with types of Scala alone are left out.
            """);
    int same = 0;
    int compared = 0;
    int different = 0;
    StringBuilder tables = new StringBuilder();
    for (Map.Entry<String, List<Members.Member>> type : all.entrySet()) {
      String name = type.getKey().substring(type.getKey().lastIndexOf('.') + 1);
      String ours = Members.CLASSES.get(type.getKey());
      tables
          .append("\n## ")
          .append(name)
          .append(": `")
          .append(ours)
          .append("`\n| Spark | here |\n|---|---|\n");
      for (Members.Member member : type.getValue()) {
        String here;
        if (member.ours() == null) {
          different++;
          here = member.reason();
        } else if (member.compared()) {
          compared++;
          here = "compared";
        } else {
          same++;
          here = "same";
        }
        tables.append("| `").append(member.spark()).append("` | ").append(here).append(" |\n");
      }
    }
    return text.append(
            "\n%d members: %d compared, %d more the same, %d not here, each with its reason.\n"
                .formatted(same + compared + different, compared, same, different))
        .append(tables)
        .toString();
  }
}
