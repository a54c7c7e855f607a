package org.millrace.am.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourceMigrationTest {
  private static SourceMigration.Migrated migrate(String source) {
    return new SourceMigration().migrate(source);
  }

  @Test
  void mapsImportsOfTypesThatLoseTheirPrefix() {
    assertThat(
            migrate(
                    """
                    package org.apache.spark.of.mine;

                    import org.apache.spark.SparkConf;
                    import org.apache.spark.api.java.JavaPairRDD;
                    import org.apache.spark.api.java.function.*;
                    import org.apache.spark.streaming.api.java.JavaDStream;
                    import scala.Tuple2;
                    """)
                .source())
        .isEqualTo(
            """
            package org.apache.spark.of.mine;

            import org.millrace.api.StreamingConf;
            import org.millrace.api.PairRDD;
            import org.millrace.api.function.*;
            import org.millrace.api.streaming.DStream;
            import org.millrace.api.Tuple2;
            """);
  }

  @Test
  void renamesTypesWhereTheyAreUsedButNotInTextsOrLongerNames() {
    assertThat(
            migrate(
                    """
                    JavaStreamingContext jssc = new JavaStreamingContext(new SparkConf(), d);
                    JavaSparkContextHolder h; String s = "JavaRDD";
                    """)
                .source())
        .isEqualTo(
            """
            StreamingContext jssc = new StreamingContext(new StreamingConf(), d);
            JavaSparkContextHolder h; String s = "JavaRDD";
            """);
  }

  @Test
  void renamesCalls() {
    assertThat(
            migrate(
                    """
                    super(StorageLevel.MEMORY_AND_DISK_2());
                    pairs.toJavaDStream();
                    use(new JavaSparkContext(rdd.context()));
                      StreamingExamples.setStreamingLogLevels();
                    """)
                .source())
        .isEqualTo(
            """
            super(StorageLevel.MEMORY_AND_DISK_2);
            pairs.toDStream();
            use(BatchContext.fromSparkContext(rdd.context()));
            """);
  }

  @Test
  void namesWhatHasNoCounterpartWithItsLine() {
    SourceMigration.Migrated migrated =
        migrate(
            """
            package mine;

            import org.apache.spark.sql.SparkSession;

            class A {
              void b(org.apache.spark.api.java.JavaRDD<String> c) {
                conf.set("spark.streaming.blockInterval", "50ms");
              }
            }
            """);
    assertThat(migrated.source()).contains("org.millrace.api.RDD<String>");
    assertThat(migrated.findings())
        .containsExactly(
            new SourceMigration.Finding(
                3, "org.apache.spark.sql.SparkSession has no counterpart here"),
            new SourceMigration.Finding(
                7,
                "the configuration key spark.streaming.blockInterval is refused at the start with"
                    + " the name of its counterpart"));
  }

  @Test
  void leavesAMigratedSourceAsItIs() {
    String once = migrate("import scala.Tuple2;\nJavaRDD<Integer> a;\n").source();
    assertThat(migrate(once)).isEqualTo(new SourceMigration.Migrated(once, 0, java.util.List.of()));
  }
}
