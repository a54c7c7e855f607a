package org.millrace.testkit.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.millrace.am.submit.Cluster;
import org.millrace.api.error.MillraceException;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabException;
import org.millrace.testkit.source.NumberedLinesServer;

/** One application under faults, from its start to the verdict. Owned by the command's thread. */
final class ChaosRun implements AutoCloseable {
  private static final long FIRST_OUTPUT_MS = 240_000;
  private static final long RECOVERY_MS = 300_000;
  private static final long CATCH_UP_MS = 30_000;
  private static final long POLL_MS = 200;
  private static final long STATUS_MS = 5_000;
  private static final long PROGRESS_MS = 15_000;

  /** A node that YARN took for lost loses its containers some seconds after it is back. */
  private static final long SETTLE_MS = 6_000;

  private static final long GOOD_LAG_MS = 5_000;
  private static final int GOOD_BATCHES = 3;
  private static final long WINDOW_LINES = 50_000;

  private final ChaosSettings settings;
  private final Consumer<String> out;
  private final PrintWriter log;
  private final Path logFile;
  private final HdfsOutputs outputs;
  private final NumberedLinesServer a;
  private final NumberedLinesServer b;
  private final ChaosApplication application;
  private final Injector injector;
  private final OutputWatch watch;
  private final GapTable gaps = new GapTable();
  private final ExecutorService mending = Executors.newCachedThreadPool(ChaosRun::daemon);
  private final long startedMs = System.currentTimeMillis();
  private long lastStatusMs;
  private long lastProgressMs;
  private boolean ended;

  ChaosRun(
      ChaosSettings settings,
      Lab lab,
      Cluster cluster,
      HdfsOutputs outputs,
      String directory,
      Path work,
      Consumer<String> out)
      throws IOException {
    this.settings = settings;
    this.out = out;
    this.outputs = outputs;
    this.logFile = work.resolve("chaos.log");
    this.log = new PrintWriter(Files.newBufferedWriter(logFile, StandardCharsets.UTF_8), true);
    InetAddress host = InetAddress.getByName(lab.masterHost());
    this.a = new NumberedLinesServer("a", host, 0, settings.linesPerSecond(), WINDOW_LINES, 0);
    this.b = new NumberedLinesServer("b", host, 0, settings.linesPerSecond(), WINDOW_LINES, 0);
    this.application =
        new ChaosApplication(
            lab,
            cluster,
            work,
            List.of(
                lab.fileSystem() + directory + "/checkpoint",
                outputs.address(),
                host.getHostAddress(),
                Integer.toString(a.port()),
                Integer.toString(b.port())),
            this::logged);
    this.injector = new Injector(lab, application);
    this.watch = new OutputWatch(outputs);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "chaos-mending");
    thread.setDaemon(true);
    return thread;
  }

  /** Whether nothing was lost, doubled or wrong. */
  boolean run() throws Exception {
    say("submitting the program; the lines of its commands are in " + logFile);
    application.submit();
    say(application.id() + " runs");
    await("the first output", FIRST_OUTPUT_MS, () -> watch.count() >= GOOD_BATCHES);
    long endMs = System.currentTimeMillis() + settings.duration().toMillis();
    FaultPlan plan = new FaultPlan(settings.seed(), settings.kinds());
    try {
      for (int number = 1; System.currentTimeMillis() < endMs; number++) {
        strike(number, plan.next(), plan.pauseMs());
      }
      drain();
    } catch (MillraceException e) {
      say("BROKEN " + e.getMessage());
      say("what was published until then:");
      report(checkSoFar());
      throw e;
    }
    say("the application has ended; reading all outputs");
    return report(new Checker(outputs).check(Map.of("a", a.sent(), "b", b.sent())));
  }

  /** A NameNode that is dead now comes back, unless the fault is that it does not. */
  private Verdict checkSoFar() throws IOException, InterruptedException {
    long deadlineMs = System.currentTimeMillis() + RECOVERY_MS;
    while (true) {
      try {
        return new Checker(outputs).checkSoFar(Set.of("a", "b"));
      } catch (IOException e) {
        if (System.currentTimeMillis() > deadlineMs) {
          throw e;
        }
        Thread.sleep(STATUS_MS);
      }
    }
  }

  private void strike(int number, List<Fault> faults, long pauseMs) throws Exception {
    long fromMs = System.currentTimeMillis();
    List<FaultKind> kinds = faults.stream().map(Fault::kind).toList();
    if (kinds.equals(List.of(FaultKind.UPGRADE))) {
      application.upgrade();
      say(
          "#%d replaced the program by version %s, %s"
              .formatted(number, application.version(), application.id()));
    } else {
      List<Future<?>> mended = new ArrayList<>();
      List<String> hit = new ArrayList<>();
      for (Fault fault : faults) {
        Optional<Injector.Broken> broken = injector.inject(fault);
        hit.add(broken.map(Injector.Broken::what).orElse("found no process for " + fault.kind()));
        broken.ifPresent(each -> mended.add(mending.submit(() -> mend(each))));
      }
      say("#" + number + " " + String.join("; ", hit));
      for (Future<?> each : mended) {
        await("process is mended", RECOVERY_MS, each::isDone);
        finished(each);
      }
      if (kinds.stream().anyMatch(ChaosRun::isOfYarn)) {
        sleep(SETTLE_MS);
      }
    }
    int before = watch.count();
    await("output after " + kinds, RECOVERY_MS, () -> watch.count() >= before + GOOD_BATCHES);
    awaitCaughtUp(CATCH_UP_MS);
    sleep(pauseMs);
    long gapMs = watch.longestGapMs(fromMs, System.currentTimeMillis());
    gaps.add(kinds, gapMs);
    say("#%d longest gap in output %s".formatted(number, GapTable.seconds(gapMs)));
  }

  /** Batches that time skipped are run; a machine that cannot is not waited for longer. */
  private void awaitCaughtUp(long mostMs) throws InterruptedException {
    long deadlineMs = System.currentTimeMillis() + mostMs;
    while (watch.lagMs() > GOOD_LAG_MS && System.currentTimeMillis() < deadlineMs) {
      sleep(POLL_MS);
    }
  }

  private static boolean isOfYarn(FaultKind kind) {
    return kind.target() == FaultKind.Target.NODE_MANAGER
        || kind.target() == FaultKind.Target.NODE
        || kind.target() == FaultKind.Target.RESOURCE_MANAGER;
  }

  private static Void mend(Injector.Broken broken) throws InterruptedException {
    broken.mend();
    return null;
  }

  private static void finished(Future<?> mended) throws InterruptedException {
    try {
      mended.get();
    } catch (ExecutionException e) {
      throw new LabException("a server did not come back: " + e.getCause(), e.getCause());
    }
  }

  /** Everything that was sent is acknowledged and in a batch. */
  private void drain() throws Exception {
    a.stopAt(a.sent());
    b.stopAt(b.sent());
    await(
        "acknowledgement of all records",
        RECOVERY_MS,
        () -> a.acknowledged() >= a.sent() && b.acknowledged() >= b.sent());
    awaitCaughtUp(RECOVERY_MS);
    application.stop();
    ended = true;
  }

  private boolean report(Verdict verdict) {
    List<String> problems = new ArrayList<>(a.problems());
    problems.addAll(b.problems());
    verdict.findings().forEach(finding -> say("WRONG " + finding));
    problems.forEach(problem -> say("WRONG at the source: " + problem));
    gaps.lines().forEach(this::say);
    say(
        "%d records in %d batches; %d windows and counts were recomputed"
            .formatted(verdict.records(), verdict.batches(), verdict.windows()));
    say(
        "lost %d duplicated %d wrong-state %d"
            .formatted(verdict.lost(), verdict.duplicated(), verdict.wrongState()));
    return verdict.good() && problems.isEmpty();
  }

  private void await(String what, long timeoutMs, BooleanSupplier condition)
      throws InterruptedException {
    long deadlineMs = System.currentTimeMillis() + timeoutMs;
    while (!condition.getAsBoolean()) {
      if (System.currentTimeMillis() > deadlineMs) {
        throw new LabException(
            "no %s within %d s; %s".formatted(what, timeoutMs / 1_000, progress()));
      }
      sleep(POLL_MS);
    }
  }

  private void sleep(long ms) throws InterruptedException {
    long untilMs = System.currentTimeMillis() + ms;
    for (long leftMs = ms; leftMs > 0; leftMs = untilMs - System.currentTimeMillis()) {
      look();
      Thread.sleep(Math.min(leftMs, POLL_MS));
    }
  }

  private void look() {
    long nowMs = System.currentTimeMillis();
    if (nowMs - lastStatusMs > STATUS_MS) {
      lastStatusMs = nowMs;
      application.requireRunning();
    }
    if (nowMs - lastProgressMs > PROGRESS_MS) {
      lastProgressMs = nowMs;
      say("  " + progress());
    }
  }

  private String progress() {
    return String.format(
        Locale.ROOT,
        "%d s: newest batch %s behind; sent a %d, b %d; acknowledged a %d, b %d",
        (System.currentTimeMillis() - startedMs) / 1_000,
        watch.count() == 0 ? "none," : GapTable.seconds(watch.lagMs()),
        a.sent(),
        b.sent(),
        a.acknowledged(),
        b.acknowledged());
  }

  private void say(String line) {
    out.accept(line);
    logged(line);
  }

  private void logged(String line) {
    log.println(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS) + " " + line);
  }

  /** Ends the application if it is there still, and what this run started. */
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      mending.shutdownNow();
      watch.close();
      if (!ended) {
        application.kill();
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (MillraceException e) {
      logged("the application could not be killed: " + e.getMessage());
    } finally {
      a.close();
      b.close();
      log.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
