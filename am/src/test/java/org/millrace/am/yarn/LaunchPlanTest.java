package org.millrace.am.yarn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LocalResourceType;
import org.apache.hadoop.yarn.api.records.LocalResourceVisibility;
import org.junit.jupiter.api.Test;
import org.millrace.am.yarn.ContainerResource.Kind;
import org.millrace.am.yarn.ContainerResource.Sharing;

class LaunchPlanTest {
  private static final ContainerResource RESOURCE =
      new ContainerResource(
          "program/0-a|b.jar",
          URI.create("hdfs://nn:8020/user/a/0-x.jar"),
          12,
          34,
          Kind.FILE,
          Sharing.APPLICATION);

  @Test
  void readsWhatItWrote() throws IOException {
    LaunchPlan plan =
        new LaunchPlan(
            "org.example.Main",
            List.of("a b", "\"$x'", "", "ü", "--conf"),
            List.of("program/0-app.jar", "program/1-more.jar"),
            List.of("a.jar", "b.jar"),
            Map.of("millrace.master", "yarn"),
            Map.of("millrace.executor.memory", "2g"),
            "hdfs://nn:8020/user/a/.millrace/applications/x",
            List.of(RESOURCE));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    plan.writeTo(bytes);
    assertThat(LaunchPlan.readFrom(new ByteArrayInputStream(bytes.toByteArray()))).isEqualTo(plan);
  }

  @Test
  void keepsAResourceInOneLine() {
    assertThat(ContainerResource.parse(RESOURCE.text())).isEqualTo(RESOURCE);
    assertThat(RESOURCE.text()).doesNotContain("\n");
    assertThatThrownBy(() -> ContainerResource.parse("FILE|PUBLIC|1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesLinksOutsideTheContainer() {
    for (String link : new String[] {"/etc/x", "a/../../b", ""}) {
      assertThatThrownBy(
              () ->
                  new ContainerResource(
                      link, URI.create("hdfs:/x"), 1, 1, Kind.FILE, Sharing.PUBLIC))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void saysTheSameInYarnsWords() {
    LocalResource yarn = RESOURCE.toYarn();
    assertThat(yarn.getSize()).isEqualTo(12);
    assertThat(yarn.getTimestamp()).isEqualTo(34);
    assertThat(yarn.getType()).isEqualTo(LocalResourceType.FILE);
    assertThat(yarn.getVisibility()).isEqualTo(LocalResourceVisibility.APPLICATION);
    assertThat(yarn.getResource().getFile()).isEqualTo("/user/a/0-x.jar");
  }
}
