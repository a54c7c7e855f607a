package org.millrace.runner.conf;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.millrace.checkpoint.blocklog.BlockCompression;

/**
 * Every configuration key. The reference page {@code docs/configuration.md} is made from this
 * class.
 */
public final class Keys {
  public static final Key<String> MASTER =
      Key.text(
          "millrace.master",
          "",
          "spark.master",
          "Where the program runs: local, local[n], local[*] or yarn. `bin/millrace submit` sets"
              + " it.");
  public static final Key<String> APP_NAME =
      Key.text("millrace.app.name", "", "spark.app.name", "Name of the application.");
  public static final Key<Integer> DEFAULT_PARALLELISM =
      Key.integer(
          "millrace.default.parallelism",
          "",
          1,
          100_000,
          "spark.default.parallelism",
          "Partitions of a shuffle that names none. Default: n in local[n], else the executors'"
              + " cores, at least 2.");

  public static final Key<OnBatchFailure> BATCH_ON_FAILURE =
      Key.choice(
          "millrace.batch.onFailure",
          OnBatchFailure.class,
          OnBatchFailure.STOP,
          "",
          "What to do with a batch that failed after all attempts of its tasks.");
  public static final Key<Integer> BATCH_RETRIES =
      Key.integer(
          "millrace.batch.retries",
          "3",
          1,
          1_000,
          "",
          "With millrace.batch.onFailure=retry: how often a failed batch is run again.");
  public static final Key<Long> BATCH_RETRY_DELAY =
      Key.duration(
          "millrace.batch.retryDelay", "1s", 0, "", "Pause before a failed batch is run again.");
  public static final Key<Long> OUTPUT_PUBLISH_TIMEOUT =
      Key.duration(
          "millrace.output.publishTimeout",
          "10m",
          1_000,
          "",
          "How long outputs of a committed batch are tried to be published (files renamed, sinks"
              + " committed) before the application stops, and how long a batch is run again whose"
              + " storage or sink is away, or for which local disks have no room. Batches wait"
              + " meanwhile.");
  public static final Key<Integer> BATCHES_MAX_WAITING =
      Key.integer(
          "millrace.batch.maxWaiting",
          "100",
          1,
          100_000,
          "",
          "Batches that may wait for their turn. When there are more, the next ones take their"
              + " input only when there is room: what arrives meanwhile goes into the first of"
              + " them.");
  public static final Key<Integer> BATCHES_RETAINED =
      Key.integer(
          "millrace.ui.retainedBatches",
          "1000",
          10,
          100_000,
          "spark.streaming.ui.retainedBatches",
          "Completed batches that the page shows.");
  public static final Key<Integer> TASK_MAX_FAILURES =
      Key.integer(
          "millrace.task.maxFailures",
          "4",
          1,
          100,
          "spark.task.maxFailures",
          "Attempts of a task before its batch fails.");
  public static final Key<Long> MAX_RESULT_SIZE =
      Key.bytes(
          "millrace.driver.maxResultSize",
          "256m",
          1 << 20,
          "spark.driver.maxResultSize",
          "Most bytes that one partition may return to the driver (collect, take, reduce).");

  public static final Key<Long> BLOCK_INTERVAL =
      Key.duration(
          "millrace.blockInterval",
          "200ms",
          1,
          "spark.streaming.blockInterval",
          "How often a receiver's data is cut into a block; at most a quarter of the batch interval"
              + " is used.");
  public static final Key<Long> RECEIVER_RESTART_DELAY =
      Key.duration(
          "millrace.receiverRestartDelay",
          "2s",
          0,
          "spark.streaming.receiverRestartDelay",
          "Pause before a receiver that asked for it, or failed, is started again; doubles up to a"
              + " minute.");
  public static final Key<Long> RECEIVER_MAX_RATE =
      Key.rate(
          "millrace.receiver.maxRate",
          "0",
          0,
          "spark.streaming.receiver.maxRate",
          "Most records that a receiver may store; 0 for no bound.");
  public static final Key<Boolean> WRITE_AHEAD_LOG =
      Key.bool(
          "millrace.receiver.writeAheadLog.enable",
          "",
          "spark.streaming.receiver.writeAheadLog.enable",
          "Whether what receivers store goes to a log in the checkpoint directory before it counts"
              + " as safe, so that no loss of executors or of the driver loses it. Without a value:"
              + " when there is a checkpoint directory. It cannot be true without one.");
  public static final Key<BlockCompression> WRITE_AHEAD_LOG_COMPRESSION =
      Key.choice(
          "millrace.receiver.writeAheadLog.compression",
          BlockCompression.class,
          BlockCompression.NONE,
          "",
          "How received blocks stand in that log. lz4 makes lines of text shorter by a third to two"
              + " thirds for about 10 ms of a core a megabyte, zstd shorter still for about four"
              + " times that: cores that tasks then lack, so neither is the default. Worth it where"
              + " disks or the network of HDFS are short of room. A block that would shrink by less"
              + " than an eighth stays as it is. May change between starts.");
  public static final Key<Long> WRITE_AHEAD_LOG_LIMIT =
      Key.bytes(
          "millrace.receiver.writeAheadLog.limit",
          "16g",
          1L << 20,
          "",
          "While there is no driver, received blocks leave the memory of an executor for newer ones"
              + " once they are in the log. At this many bytes that are in the log alone receivers"
              + " stop reading until a driver is there.");
  public static final Key<Boolean> BACKPRESSURE_ENABLED =
      Key.bool(
          "millrace.backpressure.enabled",
          "true",
          "spark.streaming.backpressure.enabled",
          "Whether receivers may store only as many records as batches can process in their"
              + " interval. Who stores more waits; nothing is dropped.");
  public static final Key<Long> BACKPRESSURE_INITIAL_RATE =
      Key.rate(
          "millrace.backpressure.initialRate",
          "10000",
          1,
          "spark.streaming.backpressure.initialRate",
          "What a receiver may store at first. The rate grows up to tenfold a batch until batches"
              + " take 80% of their interval.");
  public static final Key<Double> BACKPRESSURE_PROPORTIONAL =
      Key.decimal(
          "millrace.backpressure.pid.proportional",
          "1.0",
          0,
          "spark.streaming.backpressure.pid.proportional",
          "How strongly the rate follows what the last batch processed a second.");
  public static final Key<Double> BACKPRESSURE_INTEGRAL =
      Key.decimal(
          "millrace.backpressure.pid.integral",
          "0.2",
          0,
          "spark.streaming.backpressure.pid.integral",
          "How strongly the rate makes up for the time that batches waited.");
  public static final Key<Double> BACKPRESSURE_DERIVED =
      Key.decimal(
          "millrace.backpressure.pid.derived",
          "0.0",
          0,
          "spark.streaming.backpressure.pid.derived",
          "How strongly the rate follows a change of the difference to what is processed.");
  public static final Key<Long> BACKPRESSURE_MIN_RATE =
      Key.rate(
          "millrace.backpressure.pid.minRate",
          "100",
          1,
          "spark.streaming.backpressure.pid.minRate",
          "The rate is never lower.");
  public static final Key<Long> CHECKPOINT_INTERVAL =
      Key.duration(
          "millrace.checkpoint.interval",
          "",
          100,
          "",
          "How often a snapshot of keyed state is taken; a shorter interval that a stream asks for"
              + " by checkpoint(interval) counts instead. Default: the batch interval, at least"
              + " 10 s.");
  public static final Key<Long> CHECKPOINT_SNAPSHOT_TIMEOUT =
      Key.duration(
          "millrace.checkpoint.snapshotTimeout",
          "120s",
          1_000,
          "",
          "A snapshot of keyed state that was not written for so long is given up, with a warning"
              + " on the page, and the next one is taken.");
  public static final Key<Boolean> CHECKPOINT_STANDBY_STATE =
      Key.bool(
          "millrace.checkpoint.standbyState",
          "false",
          "",
          "Whether a second executor keeps an image of each partition of keyed state, as the newest"
              + " snapshot has it, so that the state of an executor that is lost is not read from"
              + " files. Images take about as much memory as the state, of what nothing else"
              + " needs.");
  public static final Key<Boolean> CHECKPOINT_ALLOW_DROPPED_STATE =
      Key.bool(
          "millrace.checkpoint.allowDroppedState",
          "false",
          "",
          "Whether an application may go on from a checkpoint that holds state, or unprocessed"
              + " input, of operators which the program does not have any more, or has changed:"
              + " that is given up then.");
  public static final Key<Integer> CHECKPOINT_SNAPSHOT_EVENTS =
      Key.integer(
          "millrace.checkpoint.snapshotEvents",
          "20000",
          100,
          10_000_000,
          "",
          "Events of the driver's log after which it writes its state as a snapshot, so that a"
              + " restart reads no more than one snapshot and about so many events.");
  public static final Key<Boolean> STOP_GRACEFULLY_ON_SHUTDOWN =
      Key.bool(
          "millrace.stopGracefullyOnShutdown",
          "false",
          "spark.streaming.stopGracefullyOnShutdown",
          "Whether a program in local[n] whose process ends, by a termination signal for example,"
              + " drains what was received before. On YARN the first termination signal always"
              + " does.");
  public static final Key<Boolean> STOP_BATCH_CONTEXT_BY_DEFAULT =
      Key.bool(
          "millrace.stopBatchContextByDefault",
          "true",
          "spark.streaming.stopSparkContextByDefault",
          "Whether StreamingContext.stop() stops the batch context, too.");
  public static final Key<Long> GRACEFUL_STOP_TIMEOUT =
      Key.duration(
          "millrace.gracefulStopTimeout",
          "60s",
          1_000,
          "spark.streaming.gracefulStopTimeout",
          "How long a draining stop waits for receivers and batches before it gives up and says"
              + " what was left.");

  public static final Key<Integer> FILES_PER_BATCH =
      Key.integer(
          "millrace.files.maxPerBatch",
          "1000000",
          1,
          1_000_000,
          "",
          "Most files that a batch takes of a file stream; the rest waits for the next batches, the"
              + " oldest first.");
  public static final Key<Long> FILE_BYTES_PER_BATCH =
      Key.bytes(
          "millrace.files.maxBytesPerBatch",
          "1t",
          1,
          "",
          "Most bytes of files that a batch takes of a file stream, but at least one file; the rest"
              + " waits.");
  public static final Key<Boolean> FILES_RECURSIVE =
      Key.bool(
          "millrace.files.recursive",
          "false",
          "",
          "Whether file streams look into subdirectories.");
  public static final Key<Long> FILES_INITIAL_RATE =
      Key.bytes(
          "millrace.files.initialRate",
          "64m",
          1,
          "",
          "Bytes a second that batches take of a file stream at first, where"
              + " millrace.backpressure.enabled; the rate grows up to tenfold a batch until batches"
              + " take 80% of their interval.");
  public static final Key<Long> FILES_MIN_RATE =
      Key.bytes(
          "millrace.files.minRate",
          "1m",
          1,
          "",
          "Back-pressure never takes less than so many bytes a second of a file stream.");

  public static final Key<Integer> EXECUTOR_INSTANCES =
      Key.integer(
          "millrace.executor.instances", "2", 1, 10_000, "spark.executor.instances", "Executors.");
  public static final Key<Boolean> ALLOCATION_ENABLED =
      Key.bool(
          "millrace.dynamicAllocation.enabled",
          "false",
          "spark.streaming.dynamicAllocation.enabled",
          "Whether executors come and go with the load, on YARN. An executor goes only while it has"
              + " no receiver, no blocks that a batch may need, no keyed state and no partition"
              + " that nobody else keeps. Partitions stay as many as at the start: set"
              + " millrace.default.parallelism to the cores of the most executors.");
  public static final Key<Integer> ALLOCATION_MIN =
      Key.integer(
          "millrace.dynamicAllocation.minExecutors",
          "1",
          1,
          10_000,
          "spark.streaming.dynamicAllocation.minExecutors",
          "Executors that stay whatever the load.");
  public static final Key<Integer> ALLOCATION_MAX =
      Key.integer(
          "millrace.dynamicAllocation.maxExecutors",
          "10000",
          1,
          10_000,
          "spark.streaming.dynamicAllocation.maxExecutors",
          "Most executors.");
  public static final Key<Long> ALLOCATION_INTERVAL =
      Key.duration(
          "millrace.dynamicAllocation.scalingInterval",
          "60s",
          100,
          "spark.streaming.dynamicAllocation.scalingInterval",
          "How often the load is looked at.");
  public static final Key<Double> ALLOCATION_UP =
      Key.decimal(
          "millrace.dynamicAllocation.scalingUpRatio",
          "0.9",
          0,
          "spark.streaming.dynamicAllocation.scalingUpRatio",
          "More executors are asked for when batches took this share of their interval or more.");
  public static final Key<Double> ALLOCATION_DOWN =
      Key.decimal(
          "millrace.dynamicAllocation.scalingDownRatio",
          "0.3",
          0,
          "spark.streaming.dynamicAllocation.scalingDownRatio",
          "One executor goes when batches took this share of their interval or less, twice in a"
              + " row.");
  public static final Key<Integer> EXECUTOR_CORES =
      Key.integer(
          "millrace.executor.cores",
          "1",
          1,
          1_024,
          "spark.executor.cores",
          "Task slots and virtual cores of an executor.");
  public static final Key<Long> EXECUTOR_MEMORY =
      Key.bytes(
          "millrace.executor.memory",
          "1g",
          128L << 20,
          "spark.executor.memory",
          "Memory of an executor's container, everything included.");
  public static final Key<Long> EXECUTOR_HEARTBEAT_INTERVAL =
      Key.duration(
          "millrace.executor.heartbeatInterval",
          "100ms",
          10,
          "spark.executor.heartbeatInterval",
          "How often an executor reports.");
  public static final Key<Long> EXECUTOR_HEARTBEAT_TIMEOUT =
      Key.duration(
          "millrace.executor.heartbeatTimeout",
          "5s",
          500,
          "spark.network.timeout",
          "An executor that is silent for this long is given up and replaced.");
  public static final Key<Long> EXECUTOR_TASK_LEASE =
      Key.duration(
          "millrace.executor.taskLease",
          "3s",
          500,
          "",
          "An executor that does not hear from the driver for this long starts no task.");
  public static final Key<Long> EXECUTOR_LIFE_LEASE =
      Key.duration(
          "millrace.executor.lifeLease",
          "20m",
          1_000,
          "",
          "How long an executor of an application with a checkpoint directory waits for another"
              + " driver before it ends; longer than YARN takes to notice a driver that hangs"
              + " (yarn.am.liveness-monitor.expiry-interval-ms, by default 15 min) and to start"
              + " another one. Without a checkpoint directory it waits as long for a driver that is"
              + " silent, and ends when the connection with it breaks.");
  public static final Key<Long> EXECUTOR_START_TIMEOUT =
      Key.duration(
          "millrace.executor.startTimeout",
          "120s",
          1_000,
          "",
          "How long start() waits for the first executors before it says that the cluster gives"
              + " none.");
  public static final Key<Long> EXECUTOR_REGISTRATION_WAIT =
      Key.duration(
          "millrace.executor.registrationWait",
          "30s",
          0,
          "spark.scheduler.maxRegisteredResourcesWaitingTime",
          "How long start() waits, once the first executor is there, for the others when the"
              + " program has keyed state: state lives on the executors that are there at the first"
              + " batch. Programs without wait 1.5 s, and those whose executors live on do not"
              + " wait.");

  public static final Key<Boolean> SPECULATION =
      Key.bool(
          "millrace.speculation",
          "true",
          "spark.speculation",
          "Whether a task that takes much longer than the others of its stage gets a rival on"
              + " another executor; never one that runs for its side effects.");
  public static final Key<Double> SPECULATION_QUANTILE =
      Key.decimal(
          "millrace.speculation.quantile",
          "0.75",
          0,
          "spark.speculation.quantile",
          "Part of a stage's tasks that must have ended before the others are judged.");
  public static final Key<Double> SPECULATION_MULTIPLIER =
      Key.decimal(
          "millrace.speculation.multiplier",
          "3",
          1,
          "spark.speculation.multiplier",
          "A task that takes this many times the median of its stage gets a rival.");
  public static final Key<Long> SPECULATION_MINIMUM =
      Key.duration(
          "millrace.speculation.minTaskRuntime",
          "500ms",
          1,
          "spark.speculation.minTaskRuntime",
          "A task that runs for less gets none.");

  public static final Key<Long> DRIVER_MEMORY =
      Key.bytes(
          "millrace.driver.memory",
          "1g",
          128L << 20,
          "spark.driver.memory",
          "Memory of the driver's container (the application master), everything included.");
  public static final Key<Long> ADOPTION_TIMEOUT =
      Key.duration(
          "millrace.driver.adoptionTimeout",
          "10s",
          500,
          "",
          "How long a driver that takes over waits for the executors of the driver before it. Those"
              + " that have not come are replaced.");
  public static final Key<Integer> DRIVER_CORES =
      Key.integer(
          "millrace.driver.cores", "1", 1, 1_024, "spark.driver.cores", "Cores of the driver.");
  public static final Key<String> DRIVER_JAVA_OPTIONS =
      Key.text(
          "millrace.driver.extraJavaOptions",
          "",
          "spark.driver.extraJavaOptions",
          "More options of the driver's Java virtual machine, as a shell reads them. They come"
              + " behind those of the framework; memory is set by millrace.driver.memory.");
  public static final Key<String> EXECUTOR_JAVA_OPTIONS =
      Key.text(
          "millrace.executor.extraJavaOptions",
          "",
          "spark.executor.extraJavaOptions",
          "More options of the Java virtual machines of executors, as a shell reads them. They come"
              + " behind those of the framework; memory is set by millrace.executor.memory.");

  public static final Key<String> YARN_QUEUE =
      Key.text("millrace.yarn.queue", "default", "spark.yarn.queue", "YARN queue.");
  public static final Key<String> YARN_TAGS =
      Key.text("millrace.yarn.tags", "", "spark.yarn.tags", "YARN tags, separated by commas.");
  public static final Key<Integer> YARN_PRIORITY =
      Key.integer("millrace.yarn.priority", "0", 0, 1_000, "spark.yarn.priority", "YARN priority.");
  public static final Key<String> YARN_NODE_LABEL =
      Key.text(
          "millrace.yarn.nodeLabel",
          "",
          "spark.yarn.executor.nodeLabelExpression",
          "Node label of driver and executors.");
  public static final Key<String> YARN_VIEW_ACL =
      Key.text(
          "millrace.yarn.viewAcl",
          "",
          "spark.ui.view.acls",
          "Who may look at the application besides its owner, in YARN's form: \"user1,user2"
              + " group1\".");
  public static final Key<String> YARN_MODIFY_ACL =
      Key.text(
          "millrace.yarn.modifyAcl",
          "",
          "spark.modify.acls",
          "Who may stop, kill and look at the application besides its owner, in YARN's form.");
  public static final Key<Integer> YARN_ATTEMPTS =
      Key.integer(
          "millrace.yarn.maxAppAttempts",
          "1000",
          1,
          1_000,
          "spark.yarn.maxAppAttempts",
          "Attempts of the driver, at most as many as the cluster allows"
              + " (yarn.resourcemanager.am.global.max-attempts, or where nobody has set it"
              + " yarn.resourcemanager.am.max-attempts, 2 by default). Only failures within"
              + " millrace.driver.attemptFailuresValidity count.");
  public static final Key<Long> YARN_ATTEMPTS_VALIDITY =
      Key.duration(
          "millrace.driver.attemptFailuresValidity",
          "10m",
          1_000,
          "spark.yarn.am.attemptFailuresValidityInterval",
          "Failures of the driver that are older do not count.");
  public static final Key<String> YARN_PRINCIPAL =
      Key.text(
          "millrace.yarn.principal",
          "",
          "spark.kerberos.principal",
          "Kerberos principal of an application that runs for longer than its tokens live; wants"
              + " millrace.yarn.keytab too.");
  public static final Key<String> YARN_KEYTAB =
      Key.text(
          "millrace.yarn.keytab",
          "",
          "spark.kerberos.keytab",
          "Keytab of the principal, a file of the machine that submits; only the driver gets it.");
  public static final Key<String> YARN_JAVA_HOME =
      Key.text(
          "millrace.yarn.javaHome",
          "",
          "",
          "Java 17 or later on the nodes; default: JAVA_HOME of the NodeManager.");
  public static final Key<String> JARS =
      Key.text("millrace.jars", "", "spark.jars", "More jars of the program, comma separated.");
  public static final Key<String> FILES =
      Key.text(
          "millrace.files", "", "spark.files", "Files put into each container, comma separated.");
  public static final Key<String> ARCHIVES =
      Key.text(
          "millrace.archives",
          "",
          "spark.archives",
          "Archives unpacked in each container, comma separated.");
  public static final Key<String> FRAMEWORK_PATH =
      Key.text(
          "millrace.framework.path",
          "",
          "spark.yarn.archive",
          "Directory on HDFS that holds the framework archives; default: .millrace/framework in the"
              + " user's home.");
  public static final Key<String> STAGING_PATH =
      Key.text(
          "millrace.yarn.stagingPath",
          "",
          "spark.yarn.stagingDir",
          "Directory on HDFS for the staging directories of applications; default:"
              + " .millrace/applications in the user's home.");

  private Keys() {}

  /** All keys in the order of declaration. */
  public static List<Key<?>> all() {
    List<Key<?>> keys = new ArrayList<>();
    for (Field field : Keys.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == Key.class) {
        try {
          keys.add((Key<?>) field.get(null));
        } catch (IllegalAccessException cannotHappen) {
          throw new IllegalStateException(cannotHappen);
        }
      }
    }
    return List.copyOf(keys);
  }
}
