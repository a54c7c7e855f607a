package org.millrace.runner.hadoop.adapter;

import java.io.Serializable;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.JobID;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.TaskAttemptID;

/**
 * What committers know a job by. Immutable.
 *
 * @param cluster differs between drivers
 * @param number differs between the outputs of a driver
 */
record JobName(String cluster, int number) implements Serializable {
  private static final String MARK_SUCCESS = "mapreduce.fileoutputcommitter.marksuccessfuljobs";

  /** As both of Hadoop's interfaces take it. */
  JobID id() {
    return new JobID(cluster, number);
  }

  /** Says in the configuration what a task of MapReduce would find there. */
  void describe(JobConf conf, TaskAttemptID attempt, int partition) {
    conf.set(MRJobConfig.ID, attempt.getJobID().toString());
    conf.set(MRJobConfig.TASK_ID, attempt.getTaskID().toString());
    conf.set(MRJobConfig.TASK_ATTEMPT_ID, attempt.toString());
    conf.setBoolean(MRJobConfig.TASK_ISMAP, true);
    conf.setInt(MRJobConfig.TASK_PARTITION, partition);
    conf.setInt(MRJobConfig.APPLICATION_ATTEMPT_ID, 0);
    // The publish of the whole output makes this file.
    conf.setBoolean(MARK_SUCCESS, false);
  }
}
