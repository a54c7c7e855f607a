package org.millrace.runner.task;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.broadcast.BroadcastStore;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.executor.TaskService;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.shuffle.EndedJobs;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.shuffle.PageMemory;
import org.millrace.runner.shuffle.Repush;
import org.millrace.runner.shuffle.ShuffleKey;
import org.millrace.runner.shuffle.ShuffleStore;
import org.millrace.runner.snapshot.SnapshotService;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.store.PartitionStore;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.BroadcastChunk;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FunctionSet;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReleaseBroadcasts;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.ReleaseStates;
import org.millrace.runner.wire.proto.RepushMapOutput;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.StandBy;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.millrace.runner.wire.proto.TaskSpec;
import org.millrace.runner.wire.proto.Template;
import org.millrace.runner.wire.proto.UseAttempt;

/**
 * The tasks of this executor. Owned by the control loop, but for what {@link TaskService} says any
 * thread may call.
 */
public final class TaskManager implements TaskService {
  private final TaskEnvironment environment;
  private final RecordCodec codec;
  private final FunctionCodec functions;
  private final StateStore states;
  private final SnapshotService snapshots;
  private final PlanCatalog catalog;
  private final WiringCatalog wirings = new WiringCatalog();
  private final TaskQueue queue = new TaskQueue();
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Long, JobTasks> jobs = new HashMap<>();
  private final AtomicInteger nextRepushSlot = new AtomicInteger();
  private long sequence;
  private long spilledBefore;
  private EndedJobs ended = new EndedJobs();
  private BroadcastStore broadcasts;

  /**
   * What is named by the driver that is served now. Volatile: replaced by the control loop, read by
   * network threads.
   */
  private volatile TaskServices services;

  /** The tasks of one placement of a job that may not be over. */
  private static final class JobTasks {
    private final int placementVersion;
    private final List<Task> tasks = new ArrayList<>();

    private JobTasks(int placementVersion) {
      this.placementVersion = placementVersion;
    }
  }

  public TaskManager(TaskEnvironment environment) {
    this.environment = environment;
    this.codec = new RecordCodec(environment.userClasses());
    this.functions = new FunctionCodec(environment.userClasses());
    this.states = new StateStore(environment.memory());
    this.snapshots =
        new SnapshotService(
            states,
            environment.files(),
            environment.control(),
            environment.io(),
            environment.links(),
            environment.userClasses(),
            environment.memory());
    this.catalog = new PlanCatalog(environment.settings().templatesKept());
    this.services = newServices(0);
    this.broadcasts = newBroadcasts();
    for (Loop loop : environment.slots()) {
      Slot slot = new Slot(loop, queue, newPool());
      slots.add(slot);
      queue.register(slot);
    }
  }

  private TaskServices newServices(long attempt) {
    DriverBoundLinks links = new DriverBoundLinks(environment.links());
    ShuffleStore shuffles =
        new ShuffleStore(links, environment.memory(), environment.io(), environment.spill(), codec);
    PartitionStore store =
        new PartitionStore(
            environment.control(),
            links,
            new PageMemory(environment.memory(), Use.DATASETS, environment.io(), codec),
            environment.spill(),
            environment.settings().pageBytes(),
            environment.settings().peerTimeoutMs());
    TaskReports reports = new TaskReports(links, environment.settings().reports());
    return new TaskServices(attempt, links, environment, codec, shuffles, store, states, reports);
  }

  private BroadcastStore newBroadcasts() {
    return new BroadcastStore(services.links(), codec, environment.memory());
  }

  private PipelinePool newPool() {
    return new PipelinePool(environment.settings().pipelinesKept(), functions, broadcasts);
  }

  @Override
  public void runTasks(RunTasks message) {
    for (Template template : message.getTemplatesList()) {
      catalog.add(template);
    }
    for (FunctionSet functions : message.getFunctionSetsList()) {
      catalog.add(functions);
    }
    List<ByteString> unwired = wirings.take(message);
    JobTasks job = jobOrNull(message.getJobId(), message.getPlacementVersion());
    if (job == null) {
      return;
    }
    List<TaskSpec> tasks = TaskForms.tasks(message);
    services.reports().begun(message.getJobId(), message.getPlacementVersion(), tasks.size());
    if (!unwired.isEmpty()) {
      tasks.forEach(spec -> services.reports().missing(key(message, spec), unwired));
      return;
    }
    services
        .shuffles()
        .specify(
            message.getJobId(),
            message.getPlacementVersion(),
            wirings.wired(message.getShufflesList()));
    for (TaskSpec spec : tasks) {
      run(job, key(message, spec), spec);
    }
  }

  private static TaskKey key(RunTasks message, TaskSpec spec) {
    return new TaskKey(
        message.getJobId(),
        message.getPlacementVersion(),
        spec.getStage(),
        spec.getPartition(),
        spec.getAttempt());
  }

  /**
   * The job in this placement; null when it is over. A newer placement ends the tasks of an older
   * one.
   */
  private JobTasks jobOrNull(long jobId, int placementVersion) {
    JobTasks job = jobs.get(jobId);
    if (job != null && job.placementVersion == placementVersion) {
      return job;
    }
    if (ended.isOver(jobId, placementVersion)
        || (job != null && job.placementVersion > placementVersion)) {
      return null;
    }
    if (job != null) {
      cancel(job);
    }
    JobTasks made = new JobTasks(placementVersion);
    jobs.put(jobId, made);
    return made;
  }

  private void run(JobTasks job, TaskKey key, TaskSpec spec) {
    List<ByteString> missing = catalog.missing(spec);
    if (!missing.isEmpty()) {
      services.reports().missing(key, missing);
      return;
    }
    Task task = new Task(key, spec, catalog.plan(spec), services, sequence++);
    job.tasks.add(task);
    Set<ShuffleInput> shuffles = task.shuffleInputs();
    boolean fetches = !broadcasts.holds(task.broadcasts());
    if (shuffles.isEmpty() && !fetches) {
      queue.add(task);
      return;
    }
    AtomicInteger awaited = new AtomicInteger(shuffles.size() + (fetches ? 1 : 0));
    if (fetches) {
      CompletableFuture<Void> arrived = broadcasts.fetch(task.broadcasts());
      Futures.whenDone(arrived, () -> onBroadcasts(task, arrived, awaited));
    }
    for (ShuffleInput input : shuffles) {
      ShuffleKey shuffle =
          new ShuffleKey(key.jobId(), key.placementVersion(), input.getShuffleId());
      services
          .shuffles()
          .whenReady(shuffle, input.getPartition(), () -> addAfterLast(task, awaited));
    }
  }

  private void onBroadcasts(Task task, CompletableFuture<Void> arrived, AtomicInteger awaited) {
    try {
      Futures.result(arrived);
      addAfterLast(task, awaited);
    } catch (MillraceException failure) {
      services.reports().failed(task.key(), failure);
    }
  }

  private void addAfterLast(Task task, AtomicInteger awaited) {
    if (awaited.decrementAndGet() == 0) {
      queue.add(task);
    }
  }

  @Override
  public void onBroadcastChunk(BroadcastChunk message, Payload payload) {
    broadcasts.onChunk(message, payload);
  }

  @Override
  public void releaseBroadcasts(ReleaseBroadcasts message) {
    broadcasts.release(message);
  }

  @Override
  public void useAttempt(UseAttempt message) {
    services.shuffles().useAttempt(message);
  }

  @Override
  public void endJob(EndJob message) {
    long jobId = message.getJobId();
    int version = message.getPlacementVersion();
    ended.end(jobId, version == 0 ? Integer.MAX_VALUE : version);
    JobTasks job = jobs.get(jobId);
    if (job != null && ended.isOver(jobId, job.placementVersion)) {
      jobs.remove(jobId);
      cancel(job);
    }
    services.reports().endJob(jobId, version);
    services.shuffles().endJob(jobId, version);
    message.getForgetFunctionSetsList().forEach(catalog::forgetFunctions);
  }

  @Override
  public void releaseDatasets(ReleaseDatasets message) {
    services.store().release(message);
  }

  @Override
  public void releaseStates(ReleaseStates message) {
    message.getStatesList().forEach(states::release);
  }

  @Override
  public void takeSnapshot(TakeSnapshot message) {
    snapshots.take(message);
  }

  @Override
  public void restoreState(RestoreState message) {
    snapshots.restore(message);
  }

  @Override
  public void standBy(StandBy message) {
    snapshots.standBy(message);
  }

  private void cancel(JobTasks job) {
    job.tasks.forEach(Task::cancel);
    if (queue.runningTasks() > 0) {
      slots.forEach(Slot::sweepCancelled);
    }
  }

  @Override
  public void onMembership(Membership membership) {
    // Peer links drop what is for executors that are gone; the driver replaces their tasks.
    services.store().onMembership(membership);
  }

  @Override
  public void onPeerFrame(int fromExecutor, Frame frame) {
    TaskServices now = services;
    Envelope envelope = frame.envelope();
    // What comes by reference carries no attempt: it is of tasks of this executor.
    if (fromExecutor != environment.links().self() && envelope.getEpoch() < now.attempt()) {
      return;
    }
    switch (envelope.getMessageCase()) {
      case SHUFFLE_PAGE -> now.shuffles().onPage(envelope.getShufflePage(), frame.payload());
      case MAP_OUTPUT_END -> now.shuffles().onMapOutputEnd(envelope.getMapOutputEnd());
      case REPUSH_MAP_OUTPUT -> repush(envelope.getRepushMapOutput());
      default -> now.store().onPeerFrame(fromExecutor, frame);
    }
  }

  private void repush(RepushMapOutput message) {
    Repush repush = services.shuffles().repush(message);
    Slot slot = slots.get(Math.floorMod(nextRepushSlot.getAndIncrement(), slots.size()));
    slot.execute(() -> stepRepush(slot, repush));
  }

  private void stepRepush(Slot slot, Repush repush) {
    repush.send(() -> slot.execute(() -> stepRepush(slot, repush)));
  }

  @Override
  public void flushReports() {
    services.reports().flush();
  }

  @Override
  public void suspend() {
    queue.suspend();
    services.reports().suspend();
  }

  @Override
  public void resume() {
    services.reports().resume();
    queue.resume();
  }

  @Override
  public void reset(long attempt) {
    TaskServices before = services;
    BroadcastStore broadcastsBefore = broadcasts;
    spilledBefore = spilledBytes();
    before.links().cut();
    snapshots.forgetDriver();
    before.reports().close();
    jobs.values().forEach(this::cancel);
    jobs.clear();
    ended = new EndedJobs();
    catalog.forgetAllFunctions();
    // Tasks that are cancelled while they take a step still write to what is closed here.
    services = newServices(attempt);
    broadcasts = newBroadcasts();
    slots.forEach(slot -> slot.use(newPool()));
    before.shuffles().close();
    before.store().close();
    broadcastsBefore.close();
    queue.resume();
  }

  @Override
  public List<StateVersion> states() {
    return states.versions();
  }

  @Override
  public int runningTasks() {
    return queue.runningTasks();
  }

  @Override
  public long spilledBytes() {
    TaskServices now = services;
    return spilledBefore + now.shuffles().spilledBytes() + now.store().spilledBytes();
  }

  @Override
  public void close() {
    services.reports().close();
    jobs.values().forEach(this::cancel);
    jobs.clear();
    slots.forEach(Slot::close);
    services.shuffles().close();
    broadcasts.close();
    services.store().close();
    snapshots.close();
    states.close();
    environment.spill().close();
  }
}
