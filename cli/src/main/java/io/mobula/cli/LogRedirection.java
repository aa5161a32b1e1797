package io.mobula.cli;

import com.typesafe.config.ConfigFactory;
import io.mobula.Settings;
import io.mobula.internal.node.NodeSettings;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Redirection of this process's output into a log of bounded size. Covered are Java's
 * {@code System.out} and {@code System.err}, and what the JVM and native code write to the file
 * descriptors 1 and 2. The descriptors are moved to each new file of the log.
 */
final class LogRedirection {
  private static final int APPEND =
      0x400 | 0x40 | 0x1 | 0x80000; // O_APPEND, CREAT, WRONLY, CLOEXEC
  private static final int OWNER = 0600;

  private LogRedirection() {}

  /**
   * Redirects the output of this process to {@code log}, within the size limits of the settings.
   */
  static void redirectTo(Path log, Settings settings) {
    var bounds = NodeSettings.logBounds(NodeSettings.overlay(settings, ConfigFactory.load()));
    var rotating = new RotatingLog(log, bounds.bytes(), bounds.parts(), LogRedirection::open);
    System.setOut(new PrintStream(rotating, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(rotating, true, StandardCharsets.UTF_8));
  }

  private static OutputStream open(Path file) throws IOException {
    redirectDescriptors(file);
    return new FileOutputStream(file.toFile(), true);
  }

  /**
   * Points the descriptors 1 and 2 at {@code file}; where the file cannot be opened they stay as
   * they are.
   */
  @SuppressWarnings("restricted") // needs a native call
  private static void redirectDescriptors(Path file) throws IOException {
    var linker = Linker.nativeLinker();
    var lookup = linker.defaultLookup();
    var word = ValueLayout.JAVA_INT;
    var open = linker.downcallHandle(
        lookup.findOrThrow("open"),
        FunctionDescriptor.of(word, ValueLayout.ADDRESS, word, word),
        Linker.Option.firstVariadicArg(2));
    var two = FunctionDescriptor.of(word, word, word);
    var dup2 = linker.downcallHandle(lookup.findOrThrow("dup2"), two);
    var close =
        linker.downcallHandle(lookup.findOrThrow("close"), FunctionDescriptor.of(word, word));
    try (var arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(file.toString());
      int descriptor = (int) open.invokeExact(name, APPEND, OWNER);
      if (descriptor >= 0) {
        int out = (int) dup2.invokeExact(descriptor, 1);
        int err = (int) dup2.invokeExact(descriptor, 2);
        int closed = (int) close.invokeExact(descriptor);
        if (out < 0 || err < 0 || closed < 0) {
          throw new IOException("the outputs cannot be directed to " + file);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // a C function throws nothing
      throw new IllegalStateException("Directing the outputs to " + file + " failed", e);
    }
  }
}
