package org.millrace.testkit.yarn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** A Java home whose java says that it is Java 11: the one of this process with an agent. */
public final class OlderJava {
  private OlderJava() {}

  /** Called by the virtual machine before the program. */
  public static void premain(String unused) {
    System.setProperty("java.specification.version", "11");
  }

  /** Makes the home in the folder, which every user may enter. */
  static Path makeHome(Path folder) throws IOException {
    Path agent = folder.resolve("agent.jar");
    String entry = OlderJava.class.getName().replace('.', '/') + ".class";
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Premain-Class"), OlderJava.class.getName());
    try (OutputStream file = Files.newOutputStream(agent);
        JarOutputStream jar = new JarOutputStream(file, manifest);
        InputStream code = OlderJava.class.getClassLoader().getResourceAsStream(entry)) {
      jar.putNextEntry(new ZipEntry(entry));
      code.transferTo(jar);
      jar.closeEntry();
    }
    Path java = folder.resolve("bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(
        java,
        "#!/bin/sh\nexec %s -javaagent:%s \"$@\"\n"
            .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), agent));
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder;
  }
}
