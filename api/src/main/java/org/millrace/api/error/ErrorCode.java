package org.millrace.api.error;

import static org.millrace.api.error.ErrorKind.EXTERNAL;
import static org.millrace.api.error.ErrorKind.RESOURCE;
import static org.millrace.api.error.ErrorKind.USER;

/**
 * The numbered codes of {@link MillraceException}.
 *
 * <p>A number is never given to another meaning once it was released. Numbers below 2000 are of
 * kind {@link ErrorKind#USER}, 2000 to 2999 {@link ErrorKind#EXTERNAL}, 3000 to 3999 {@link
 * ErrorKind#RESOURCE} and 9000 to 9999 {@link ErrorKind#INTERNAL}.
 */
public enum ErrorCode {
  /** A {@code millrace.*} key that no component declares. */
  UNKNOWN_CONFIGURATION_KEY(1001, USER, false),
  /** A key whose value has the wrong form or is out of its bounds. */
  INVALID_CONFIGURATION_VALUE(1002, USER, false),
  /** A command line that cannot be understood. */
  INVALID_ARGUMENT(1003, USER, false),
  /** A streaming context was started without any output operation. */
  NO_OUTPUT_OPERATION(1010, USER, false),
  /** A streaming context was started a second time. */
  ALREADY_STARTED(1011, USER, false),
  /** A stopped context was used again. */
  ALREADY_STOPPED(1012, USER, false),
  /** An input, a transformation or an output was added after the start. */
  CHANGE_AFTER_START(1013, USER, false),
  /** Another streaming context of this JVM is running. */
  ANOTHER_CONTEXT_ACTIVE(1014, USER, false),
  /** A context, a stream or a dataset was used in a way its state or owner forbids. */
  ILLEGAL_USE(1015, USER, false),
  /** An operation needs a checkpoint directory and the program named none. */
  NO_CHECKPOINT_DIRECTORY(1016, USER, false),
  /** What a checkpoint directory holds does not fit the program that was started on it. */
  CHECKPOINT_MISMATCH(1017, USER, false),
  /** A function, or something it captured, cannot be sent to an executor. */
  FUNCTION_NOT_SERIALIZABLE(1020, USER, false),
  /** A user function gave a null dataset. */
  NULL_RDD(1021, USER, false),
  /** A key whose hash code differs between processes. */
  UNSTABLE_KEY(1022, USER, false),
  /** An operation that needs at least one element met none. */
  EMPTY_COLLECTION(1023, USER, false),
  /** A class that keyed state cannot be stored of, because no codec knows how. */
  STATE_TYPE_REFUSED(1024, USER, false),
  /** Stored state does not fit the classes and codecs that the program has today. */
  STATE_NOT_READABLE(1025, USER, false),
  /** The main class or another named class does not exist. */
  NO_SUCH_CLASS(1030, USER, false),
  /** A named jar does not exist or is no jar. */
  NO_SUCH_JAR(1031, USER, false),
  /** A path that must exist does not. */
  NO_SUCH_PATH(1032, USER, false),
  /** An output directory that must be new exists already. */
  OUTPUT_EXISTS(1033, USER, false),
  /** The YARN queue does not exist or takes no application of this user. */
  NO_SUCH_QUEUE(1034, USER, false),
  /** A program with master yarn was started on a client instead of being submitted. */
  RUN_ON_CLIENT(1035, USER, false),
  /** No engine on the class path accepts the master. */
  NO_ENGINE(1036, USER, false),
  /** An action collected more than the driver may hold. */
  RESULT_TOO_LARGE(1040, USER, false),
  /** A single record or line is larger than the bound. */
  RECORD_TOO_LARGE(1041, USER, false),
  /** A user function failed in a task, after all its attempts. */
  TASK_FAILED(1050, USER, false),
  /** A batch failed after all its attempts. */
  BATCH_FAILED(1051, USER, false),
  /** A batch failed as it did before a restart: the program fails, and will again. */
  BATCH_FAILED_AGAIN(1053, USER, false),
  /** A command that records are piped through could not be started or ended with a failure. */
  COMMAND_FAILED(1052, USER, false),
  /** The caller may not do this. */
  NOT_PERMITTED(1060, USER, false),

  /** An input cannot be read now. */
  INPUT_UNAVAILABLE(2001, EXTERNAL, true),
  /** An executor ended or is not heard any more. */
  EXECUTOR_LOST(2002, EXTERNAL, true),
  /** No executor that lives holds the block. */
  BLOCK_LOST(2003, EXTERNAL, true),
  /** An input file is not as it was when it was listed. */
  INPUT_CHANGED(2004, EXTERNAL, false),
  /** A kept partition of a dataset is on no executor any more; it is computed again. */
  STORED_PARTITION_LOST(2005, EXTERNAL, true),
  /** Keyed state is on no executor any more, and no durable copy of it can be used. */
  STATE_LOST(2006, EXTERNAL, false),
  /** Keyed state is at another version than a batch needs, and cannot be brought to it. */
  STATE_VERSION_LOST(2007, EXTERNAL, false),
  /** Stored state does not read back as it was written. */
  CORRUPT_STATE(2008, EXTERNAL, false),
  /** A newer epoch has sealed what this process wanted to write. */
  FENCED(2010, EXTERNAL, false),
  /** It is not known whether a write became durable. */
  DURABILITY_UNKNOWN(2011, EXTERNAL, false),
  /** A durable file does not read back as it was written. */
  CORRUPT_LOG(2012, EXTERNAL, false),
  /** A file operation failed for certain. */
  STORAGE_FAILED(2013, EXTERNAL, true),
  /** A file that had to be new exists already: somebody else took the name. */
  FILE_EXISTS(2014, EXTERNAL, false),
  /** A sink of the program cannot be opened, or does not take a batch that was decided. */
  SINK_FAILED(2015, EXTERNAL, false),
  /** A sink of the program cannot be written to now. */
  SINK_AWAY(2016, EXTERNAL, true),
  /** A peer could not prove that it belongs to this application. */
  AUTHENTICATION_FAILED(2020, EXTERNAL, false),
  /** A peer sent something the protocol does not allow. */
  PROTOCOL_VIOLATION(2021, EXTERNAL, false),
  /** A connection failed or was closed. */
  CONNECTION_FAILED(2022, EXTERNAL, true),
  /** YARN refused or could not be reached. */
  CLUSTER_UNAVAILABLE(2030, EXTERNAL, true),
  /** Something did not happen before its deadline. */
  TIMED_OUT(2031, EXTERNAL, true),

  /** The cluster or the queue cannot give what was asked for. */
  NOT_ENOUGH_RESOURCES(3001, RESOURCE, true),
  /** The memory budget is used up and nothing more can be spilled. */
  MEMORY_LIMIT(3002, RESOURCE, true),
  /** A local disk is full. */
  DISK_FULL(3003, RESOURCE, true),

  /** A broken invariant of Millrace. */
  INTERNAL(9001, ErrorKind.INTERNAL, false);

  private final int number;
  private final ErrorKind kind;
  private final boolean retryable;

  ErrorCode(int number, ErrorKind kind, boolean retryable) {
    this.number = number;
    this.kind = kind;
    this.retryable = retryable;
  }

  /** The number that documentation and logs use. */
  public int number() {
    return number;
  }

  /** Who can do something about it. */
  public ErrorKind kind() {
    return kind;
  }

  /** Whether the same operation may succeed when it is tried again without any change. */
  public boolean isRetryable() {
    return retryable;
  }
}
