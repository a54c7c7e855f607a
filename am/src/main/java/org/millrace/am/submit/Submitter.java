package org.millrace.am.submit;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.records.ApplicationAccessType;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LogAggregationContext;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.client.api.YarnClientApplication;
import org.apache.hadoop.yarn.client.util.YarnClientUtils;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.millrace.am.yarn.ContainerLayout;
import org.millrace.am.yarn.ContainerResource;
import org.millrace.am.yarn.JavaCommand;
import org.millrace.am.yarn.LaunchPlan;
import org.millrace.am.yarn.MemoryPlan;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Randomness;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

/** Submits one program. Owned by the thread that calls it. */
public final class Submitter {
  private static final String MASTER_CLASS = "org.millrace.am.yarn.adapter.ApplicationMasterMain";
  private static final String APPLICATION_TYPE = "MILLRACE";
  private static final String HADOOP_USER_NAME = "HADOOP_USER_NAME";
  private static final String ROLLED_FILES = ".*\\.[0-9]+";
  private static final int SECRET_BYTES = 32;

  private final Configuration configuration;
  private final FrameworkArchive framework;
  private final ClientFiles client;
  private final Randomness randomness;
  private final ProgressLines progress;

  /**
   * Makes a submitter.
   *
   * @param randomness fit for secrets
   */
  public Submitter(
      Configuration configuration,
      ClientFiles client,
      Randomness randomness,
      ProgressLines progress) {
    this.configuration = Objects.requireNonNull(configuration, "configuration");
    this.client = Objects.requireNonNull(client, "client");
    this.framework = new FrameworkArchive(client.framework(), client.cache());
    this.randomness = Objects.requireNonNull(randomness, "randomness");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /**
   * A thread of our own has our class loader as its context, through which Hadoop finds its file
   * systems. Those of the common pool have the system's, which on a plain Hadoop class path knows
   * another Hadoop.
   */
  private static void onOwnThread(Runnable work) {
    Thread thread = new Thread(work, "millrace-stage-framework");
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.setDaemon(true);
    thread.start();
  }

  /** Checks everything that can be known before, stages, submits; returns the application's id. */
  public ApplicationId submit(YarnClient yarn, Submission submission) {
    Settings settings = submission.settings();
    List<LocalizedFile> moreJars = submission.jars().stream().map(LocalizedFile::parse).toList();
    ProgramJar.check(
        submission.programJar(),
        submission.mainClass(),
        moreJars.stream().flatMap(jar -> jar.local().stream()).toList());
    CompletableFuture<StagedFramework> staged =
        CompletableFuture.supplyAsync(() -> stageFramework(settings), Submitter::onOwnThread);
    try {
      YarnClientApplication application = yarn.createApplication();
      ClusterCheck.sizes(
          settings, application.getNewApplicationResponse().getMaximumResourceCapability());
      ClusterCheck.queue(yarn, settings.get(Keys.YARN_QUEUE));
      ApplicationSubmissionContext context = application.getApplicationSubmissionContext();
      describe(context, submission, settings);
      StagedFramework frameworkResource = join(staged);
      stageAndSubmit(yarn, context, submission, settings, frameworkResource);
      return context.getApplicationId();
    } catch (YarnException | IOException e) {
      throw new MillraceException(
          ErrorCode.CLUSTER_UNAVAILABLE, "The ResourceManager did not take the application", e);
    }
  }

  private StagedFramework stageFramework(Settings settings) {
    ClusterFiles files = ClusterFiles.connect(configuration);
    Path directory =
        files.directory(settings.find(Keys.FRAMEWORK_PATH).orElse(""), ".millrace/framework");
    String name = framework.name();
    Path archive = new Path(directory, name);
    if (files.exists(archive)) {
      progress.say("framework in place (cached): " + archive);
    } else {
      File local = framework.file(progress).toFile();
      progress.say("uploading the framework, once for this cluster ...");
      files.publish(local.toPath(), archive, Long.toHexString(randomness.nextLong()));
      progress.say("framework in place: " + archive);
    }
    return new StagedFramework(
        files,
        files.sharedResource(archive, ContainerLayout.FRAMEWORK, ContainerResource.Kind.ARCHIVE));
  }

  private void stageAndSubmit(
      YarnClient yarn,
      ApplicationSubmissionContext context,
      Submission submission,
      Settings settings,
      StagedFramework staged)
      throws YarnException, IOException {
    ClusterFiles files = staged.files;
    Path staging =
        new Path(
            files.directory(settings.find(Keys.STAGING_PATH).orElse(""), ".millrace/applications"),
            context.getApplicationId().toString());
    files.makePrivateDirectory(staging);
    try {
      StagedProgram program = new StagedProgram(files, staging);
      program.jar(LocalizedFile.of(submission.programJar()));
      submission.jars().forEach(jar -> program.jar(LocalizedFile.parse(jar)));
      submission.files().forEach(file -> program.file(LocalizedFile.parse(file)));
      submission.archives().forEach(archive -> program.archive(LocalizedFile.parse(archive)));
      List<ContainerResource> resources = new ArrayList<>(program.resources());
      resources.add(staged.resource);
      LaunchPlan plan =
          new LaunchPlan(
              submission.mainClass(),
              submission.arguments(),
              program.jarLinks(),
              client.framework().names(),
              submission.commandLine(),
              withName(submission.site(), context.getApplicationName()),
              staging.toString(),
              resources);
      context.setAMContainerSpec(container(settings, plan, files, staging));
      yarn.submitApplication(context);
    } catch (RuntimeException | YarnException | IOException e) {
      files.delete(staging);
      throw e;
    }
  }

  private void describe(
      ApplicationSubmissionContext context, Submission submission, Settings settings) {
    context.setApplicationName(
        settings
            .find(Keys.APP_NAME)
            .orElse(submission.mainClass().substring(submission.mainClass().lastIndexOf('.') + 1)));
    context.setApplicationType(APPLICATION_TYPE);
    context.setQueue(settings.get(Keys.YARN_QUEUE));
    context.setPriority(Priority.newInstance(settings.get(Keys.YARN_PRIORITY)));
    settings.find(Keys.YARN_TAGS).ifPresent(tags -> context.setApplicationTags(tags(tags)));
    settings.find(Keys.YARN_NODE_LABEL).ifPresent(context::setNodeLabelExpression);
    context.setMaxAppAttempts(settings.get(Keys.YARN_ATTEMPTS));
    context.setKeepContainersAcrossApplicationAttempts(true);
    context.setAttemptFailuresValidityInterval(settings.get(Keys.YARN_ATTEMPTS_VALIDITY));
    context.setResource(
        Resource.newInstance(
            MemoryPlan.of(settings.get(Keys.DRIVER_MEMORY)).containerMib(),
            settings.get(Keys.DRIVER_CORES)));
    context.setLogAggregationContext(
        LogAggregationContext.newInstance(null, null, ROLLED_FILES, null));
  }

  private ContainerLaunchContext container(
      Settings settings, LaunchPlan plan, ClusterFiles files, Path staging) throws IOException {
    Path archive = new Path(staging, ContainerLayout.CONFIGURATION + ".zip");
    files.write(ConfigurationArchive.bytes(configuration, plan, client.siteDirectory()), archive);
    ContainerResource conf =
        files.resource(archive, ContainerLayout.CONFIGURATION, ContainerResource.Kind.ARCHIVE);
    Map<String, LocalResource> resources = new HashMap<>();
    plan.resources().forEach(resource -> resources.put(resource.link(), resource.toYarn()));
    resources.put(conf.link(), conf.toYarn());
    Optional<Keytab> keytab = secureKeytab(settings);
    if (keytab.isPresent()) {
      Path copy = new Path(staging, ContainerLayout.KEYTAB);
      files.uploadPrivately(keytab.get().file(), copy);
      ContainerResource resource =
          files.resource(copy, ContainerLayout.KEYTAB, ContainerResource.Kind.FILE);
      // Of the driver's container alone: executors get tokens.
      resources.put(resource.link(), resource.toYarn());
    }
    Map<String, String> environment = new HashMap<>();
    environment.put(ContainerLayout.CONFIGURATION_RESOURCE, conf.text());
    keytab.ifPresent(given -> environment.put(ContainerLayout.PRINCIPAL, given.principal()));
    settings.find(Keys.YARN_JAVA_HOME).ifPresent(home -> environment.put("JAVA_HOME", home));
    if (!UserGroupInformation.isSecurityEnabled()) {
      environment.put(HADOOP_USER_NAME, UserGroupInformation.getCurrentUser().getShortUserName());
    }
    JavaCommand command =
        new JavaCommand(
            MASTER_CLASS,
            "driver",
            plan.frameworkJars(),
            MemoryPlan.of(settings.get(Keys.DRIVER_MEMORY)),
            settings.get(Keys.DRIVER_CORES),
            settings.find(Keys.DRIVER_JAVA_OPTIONS).orElse(""),
            List.of());
    return ContainerLaunchContext.newInstance(
        resources,
        environment,
        List.of(command.line()),
        null,
        credentials(files),
        accessLists(settings));
  }

  /** Where nobody asks for tickets a keytab is of no use and stays where it is. */
  private static Optional<Keytab> secureKeytab(Settings settings) {
    return UserGroupInformation.isSecurityEnabled() ? Keytab.of(settings) : Optional.empty();
  }

  private ByteBuffer credentials(ClusterFiles files) throws IOException {
    Credentials credentials = new Credentials();
    byte[] secret = new byte[SECRET_BYTES];
    randomness.nextBytes(secret);
    credentials.addSecretKey(new Text(ContainerLayout.SECRET), secret);
    if (UserGroupInformation.isSecurityEnabled()) {
      files
          .fileSystem()
          .addDelegationTokens(YarnClientUtils.getRmPrincipal(configuration), credentials);
    }
    try (DataOutputBuffer bytes = new DataOutputBuffer()) {
      credentials.writeTokenStorageToStream(bytes);
      return ByteBuffer.wrap(Arrays.copyOf(bytes.getData(), bytes.getLength()));
    }
  }

  private static Map<String, String> withName(Map<String, String> site, String name) {
    Map<String, String> all = new HashMap<>(site);
    all.putIfAbsent(Keys.APP_NAME.name(), name);
    return all;
  }

  /** Enforced by YARN, for stop as well, which goes through it. */
  private static Map<ApplicationAccessType, String> accessLists(Settings settings) {
    Map<ApplicationAccessType, String> lists = new EnumMap<>(ApplicationAccessType.class);
    Optional<AccessList> modify = settings.find(Keys.YARN_MODIFY_ACL).map(AccessList::parse);
    Optional<AccessList> view = settings.find(Keys.YARN_VIEW_ACL).map(AccessList::parse);
    modify.ifPresent(list -> lists.put(ApplicationAccessType.MODIFY_APP, list.text()));
    // Who may stop an application has to see where its driver runs.
    Stream.concat(view.stream(), modify.stream())
        .reduce(AccessList::and)
        .ifPresent(list -> lists.put(ApplicationAccessType.VIEW_APP, list.text()));
    return lists;
  }

  private static Set<String> tags(String text) {
    Set<String> tags = new HashSet<>();
    for (String tag : text.split(",", -1)) {
      if (!tag.isBlank()) {
        tags.add(tag.strip());
      }
    }
    return tags;
  }

  private static StagedFramework join(CompletableFuture<StagedFramework> staged) {
    try {
      return staged.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private record StagedFramework(ClusterFiles files, ContainerResource resource) {}
}
