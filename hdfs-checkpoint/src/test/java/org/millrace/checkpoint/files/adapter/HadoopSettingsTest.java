package org.millrace.checkpoint.files.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class HadoopSettingsTest {

  private static final String FIRST_DELAY =
      "dfs.client.block.write.locateFollowingBlock.initial.delay.ms";
  private static final String BEST_EFFORT =
      "dfs.client.block.write.replace-datanode-on-failure.best-effort";

  @Test
  void replacesHadoopsDefaults() {
    Configuration settings = HadoopSettings.withDefaults(new Configuration());
    assertThat(settings.get(FIRST_DELAY)).isEqualTo("20");
    assertThat(settings.get(BEST_EFFORT)).isEqualTo("true");
    assertThat(settings.get("fs.automatic.close")).isEqualTo("false");
  }

  @Test
  void leavesWhatTheSiteChose() {
    Configuration site = new Configuration();
    site.set(FIRST_DELAY, "400");
    site.set("dfs.client.socket-timeout", "60000");
    Configuration settings = HadoopSettings.withDefaults(site);
    assertThat(settings.get(FIRST_DELAY)).isEqualTo("400");
    assertThat(settings.get("dfs.client.socket-timeout")).isEqualTo("60000");
    assertThat(settings.get(BEST_EFFORT)).isEqualTo("true");
  }

  @Test
  void doesNotTouchTheSitesOwnObject() {
    Configuration site = new Configuration();
    HadoopSettings.withDefaults(site);
    assertThat(site.get("fs.automatic.close")).isEqualTo("true");
  }
}
