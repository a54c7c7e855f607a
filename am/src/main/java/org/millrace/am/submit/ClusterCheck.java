package org.millrace.am.submit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.yarn.api.records.QueueInfo;
import org.apache.hadoop.yarn.api.records.QueueState;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.millrace.am.yarn.MemoryPlan;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.conf.Key;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

/** Asks whether the cluster can run an application at all, before anything is sent to it. */
final class ClusterCheck {
  private ClusterCheck() {}

  /** Checks the size of driver and executors against the largest container there can be. */
  static void sizes(Settings settings, Resource largest) {
    memory("--driver-memory", Keys.DRIVER_MEMORY, settings, largest);
    memory("--executor-memory", Keys.EXECUTOR_MEMORY, settings, largest);
    cores("--driver-cores", Keys.DRIVER_CORES, settings, largest);
    cores("--executor-cores", Keys.EXECUTOR_CORES, settings, largest);
  }

  private static void memory(String option, Key<Long> key, Settings settings, Resource largest) {
    int asked = MemoryPlan.of(settings.get(key)).containerMib();
    if (asked > largest.getMemorySize()) {
      throw new MillraceException(
          ErrorCode.NOT_ENOUGH_RESOURCES,
          "%s %dm (%s) is more than the largest container of this cluster, %dm; ask for less, or have yarn.scheduler.maximum-allocation-mb raised"
              .formatted(option, asked, key.name(), largest.getMemorySize()));
    }
  }

  private static void cores(String option, Key<Integer> key, Settings settings, Resource largest) {
    int asked = settings.get(key);
    if (asked > largest.getVirtualCores()) {
      throw new MillraceException(
          ErrorCode.NOT_ENOUGH_RESOURCES,
          "%s %d (%s) is more than the largest container of this cluster, %d cores; ask for less, or have yarn.scheduler.maximum-allocation-vcores raised"
              .formatted(option, asked, key.name(), largest.getVirtualCores()));
    }
  }

  /** Checks that the queue exists, is open and takes applications. */
  static void queue(YarnClient yarn, String name) throws YarnException, IOException {
    QueueInfo queue = find(yarn, name);
    if (queue == null) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_QUEUE,
          "There is no YARN queue '%s'; the queues are: %s"
              .formatted(name, String.join(", ", leaves(yarn))));
    }
    if (queue.getQueueState() == QueueState.STOPPED) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_QUEUE, "The YARN queue '%s' is stopped".formatted(name));
    }
    if (!queue.getChildQueues().isEmpty()) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_QUEUE,
          "The YARN queue '%s' takes no applications, because it has queues below it; the queues are: %s"
              .formatted(name, String.join(", ", leaves(yarn))));
    }
  }

  private static QueueInfo find(YarnClient yarn, String name) throws IOException {
    try {
      return yarn.getQueueInfo(name);
    } catch (YarnException e) {
      return null;
    }
  }

  private static List<String> leaves(YarnClient yarn) throws YarnException, IOException {
    List<String> names = new ArrayList<>();
    for (QueueInfo queue : yarn.getAllQueues()) {
      if (queue.getChildQueues().isEmpty()) {
        names.add(queue.getQueueName());
      }
    }
    return names;
  }
}
