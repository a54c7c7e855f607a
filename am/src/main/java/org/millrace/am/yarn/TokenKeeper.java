package org.millrace.am.yarn;

import java.io.IOException;
import java.security.PrivilegedExceptionAction;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Obtains the file system's tokens with the application's keytab, at the start and again before
 * they expire, so that the application may run for longer than any token lives. Thread-safe; works
 * on a thread of its own.
 *
 * <p>Tokens of the keytab's principal are renewed by nobody: each is used for three quarters of the
 * time for which it is valid without renewal. A failure is tried again until it succeeds, at most a
 * minute later.
 */
final class TokenKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(TokenKeeper.class);
  private static final double USED_PART = 0.75;
  private static final long SHORTEST_MS = 1_000;
  private static final long LONGEST_RETRY_MS = 60_000;

  private final String principal;
  private final String keytab;
  private final Configuration configuration;
  private final Clock clock;
  private final Consumer<Credentials> onTokens;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(TokenKeeper::daemon);

  /**
   * A keeper that has not begun.
   *
   * @param keytab a file in the working directory
   * @param onTokens takes fresh tokens, on the keeper's thread; this process's user has them then
   */
  TokenKeeper(
      String principal,
      String keytab,
      Configuration configuration,
      Clock clock,
      Consumer<Credentials> onTokens) {
    this.principal = Objects.requireNonNull(principal, "principal");
    this.keytab = Objects.requireNonNull(keytab, "keytab");
    this.configuration = Objects.requireNonNull(configuration, "configuration");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.onTokens = Objects.requireNonNull(onTokens, "onTokens");
  }

  /** The keeper of an application that was submitted with a keytab. */
  static Optional<TokenKeeper> of(
      Map<String, String> environment,
      Configuration configuration,
      Clock clock,
      Consumer<Credentials> onTokens) {
    return Optional.ofNullable(environment.get(ContainerLayout.PRINCIPAL))
        .map(
            principal ->
                new TokenKeeper(principal, ContainerLayout.KEYTAB, configuration, clock, onTokens));
  }

  /**
   * Obtains the first tokens and keeps on. Blocks: nothing must touch the file system before, since
   * the tokens that an attempt is started with can be as old as the application. When they cannot
   * be obtained now, the application goes on with those.
   */
  void start() {
    keepFresh();
  }

  private void keepFresh() {
    long delayMs;
    try {
      long expiryMs = obtain();
      delayMs = Math.max(SHORTEST_MS, (long) (USED_PART * (expiryMs - clock.nowMs())));
      LOG.info("{} has fresh tokens; the next ones in {} s", principal, delayMs / 1_000);
    } catch (IOException | RuntimeException e) {
      delayMs = LONGEST_RETRY_MS;
      LOG.warn(
          "{} gets no tokens with its keytab; tried again in {} s, and what needs the file system"
              + " fails when the present ones have expired",
          principal,
          delayMs / 1_000,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    var unused = timer.schedule(this::keepFresh, delayMs, TimeUnit.MILLISECONDS);
  }

  /** Returns when the first of the tokens expires. */
  private long obtain() throws IOException, InterruptedException {
    UserGroupInformation user =
        UserGroupInformation.loginUserFromKeytabAndReturnUGI(principal, keytab);
    Credentials tokens = new Credentials();
    long expiryMs =
        user.doAs((PrivilegedExceptionAction<Long>) () -> obtain(user.getShortUserName(), tokens));
    UserGroupInformation.getCurrentUser().addCredentials(tokens);
    onTokens.accept(tokens);
    return expiryMs;
  }

  private long obtain(String renewer, Credentials tokens) throws IOException, InterruptedException {
    // The cache knows file systems by user, and this user is used once.
    try (var fileSystem = new Path("/").getFileSystem(configuration)) {
      fileSystem.addDelegationTokens(renewer, tokens);
    }
    if (tokens.numberOfTokens() == 0) {
      throw new MillraceException(
          ErrorCode.AUTHENTICATION_FAILED, "the file system gave no token to " + renewer);
    }
    long expiryMs = Long.MAX_VALUE;
    for (Token<?> token : tokens.getAllTokens()) {
      // Renewed by its owner once: the only way to learn for how long it is valid.
      expiryMs = Math.min(expiryMs, token.renew(configuration));
    }
    return expiryMs;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "token-keeper");
    thread.setDaemon(true);
    return thread;
  }
}
