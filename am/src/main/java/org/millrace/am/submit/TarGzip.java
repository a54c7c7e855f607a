package org.millrace.am.submit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Writes regular files into a {@code .tar.gz}, in the POSIX ustar form. Not thread-safe.
 *
 * <p>Modification times are kept in whole seconds: a class data archive names those of the jars
 * that it was made from.
 */
final class TarGzip implements AutoCloseable {
  private static final int BLOCK = 512;
  private static final int NAME_LENGTH = 100;
  private static final int CHECKSUM_OFFSET = 148;
  private static final int CHECKSUM_LENGTH = 8;

  private final OutputStream out;

  TarGzip(OutputStream target) throws IOException {
    out = new BufferedOutputStream(new FastGzip(target), 1 << 16);
  }

  /** Appends a file under a name of at most 100 bytes, readable by everyone. */
  void add(Path file, String name) throws IOException {
    long size = Files.size(file);
    out.write(header(name, size, Files.getLastModifiedTime(file).toMillis() / 1000));
    Files.copy(file, out);
    out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
  }

  /** Writes the end mark and closes the stream below. */
  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
  }

  private static byte[] header(String name, long size, long modifiedSeconds) throws IOException {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    if (nameBytes.length > NAME_LENGTH) {
      throw new IOException("'" + name + "' is longer than the 100 bytes that a tar header holds");
    }
    byte[] header = new byte[BLOCK];
    System.arraycopy(nameBytes, 0, header, 0, nameBytes.length);
    putOctal(header, 100, 8, 0644);
    putOctal(header, 108, 8, 0);
    putOctal(header, 116, 8, 0);
    putOctal(header, 124, 12, size);
    putOctal(header, 136, 12, modifiedSeconds);
    header[156] = '0';
    putText(header, 257, "ustar\0" + "00");
    Arrays.fill(header, CHECKSUM_OFFSET, CHECKSUM_OFFSET + CHECKSUM_LENGTH, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    putOctal(header, CHECKSUM_OFFSET, CHECKSUM_LENGTH - 1, sum);
    return header;
  }

  /** Octal digits that fill the field but for its last byte, which is 0. */
  private static void putOctal(byte[] header, int offset, int length, long value) {
    String digits = Long.toOctalString(value);
    putText(header, offset, "0".repeat(length - 1 - digits.length()) + digits);
    header[offset + length - 1] = 0;
  }

  private static void putText(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }

  /** Jars are compressed already, so the least effort is enough. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream target) throws IOException {
      super(target, 1 << 16);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
