package org.millrace.testkit.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the things of one lab lie.
 *
 * <pre>
 * HOME/lab.properties     what the lab consists of, and its ports
 *      conf/server        for the processes
 *      conf/client        HADOOP_CONF_DIR of programs that use the lab
 *      data/PROCESS       what a process stores
 *      logs/PROCESS.log   its log; PROCESS.out what it printed; containers/ those of YARN
 *      run/PROCESS.pid    process id and start token
 *      kerberos               key distribution center of a secure lab: krb5.conf, lab.keytab
 *      tmp
 * </pre>
 */
record LabFolder(Path home) {
  /** Hadoop splits lists of paths at commas, expands ${...} and parses some of them as URIs. */
  private static final Pattern SAFE_PATH = Pattern.compile("[\\p{L}\\p{N}/._@+=~-]+");

  LabFolder {
    home = home.toAbsolutePath().normalize();
    if (!SAFE_PATH.matcher(home.toString()).matches()) {
      throw new LabException(
          "the lab cannot live in '"
              + home
              + "': Hadoop's settings allow letters, digits and / . _ @ + = ~ - in it; give another"
              + " folder");
    }
  }

  Path settings() {
    return home.resolve("lab.properties");
  }

  Path lock() {
    return home.resolve("lab.lock");
  }

  Path serverConfiguration() {
    return home.resolve("conf/server");
  }

  Path clientConfiguration() {
    return home.resolve("conf/client");
  }

  Path data() {
    return home.resolve("data");
  }

  Path data(ProcessName name) {
    return data().resolve(name.text());
  }

  Path logs() {
    return home.resolve("logs");
  }

  Path log(ProcessName name) {
    return logs().resolve(name.text() + ".log");
  }

  Path output(ProcessName name) {
    return logs().resolve(name.text() + ".out");
  }

  Path run() {
    return home.resolve("run");
  }

  Path pid(ProcessName name) {
    return run().resolve(name.text() + ".pid");
  }

  Path kerberos() {
    return home.resolve("kerberos");
  }

  Path kerberosConfiguration() {
    return kerberos().resolve("krb5.conf");
  }

  /** The keys of all principals of the lab. */
  Path keytab() {
    return kerberos().resolve("lab.keytab");
  }

  Path temporary() {
    return home.resolve("tmp");
  }

  /** Whether a lab was made here and not removed. */
  boolean holdsLab() {
    return Files.isRegularFile(settings());
  }

  /** Makes the folder; refuses one that holds something else, because {@code down} deletes it. */
  void create() throws IOException {
    if (Files.isDirectory(home) && !holdsLab()) {
      try (Stream<Path> entries = Files.list(home)) {
        List<Path> strange = entries.filter(entry -> !entry.equals(lock())).toList();
        if (!strange.isEmpty()) {
          throw new LabException(
              "the folder "
                  + home
                  + " holds "
                  + strange.get(0).getFileName()
                  + " and is not a lab; a lab needs a folder of its own, which down deletes");
        }
      }
    }
    for (Path folder :
        List.of(serverConfiguration(), clientConfiguration(), data(), logs(), run(), temporary())) {
      Files.createDirectories(folder);
    }
  }

  /** Deletes a folder and all in it; files that vanish meanwhile are fine. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
