package io.mobula.gpu.nvml;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Fake NVML library, compiled from {@code src/test/c/nvml.c} once and copied for every test, so
 * that each copy has its own state. Without a C compiler the tests are skipped with a message.
 */
public final class FakeNvmlLibrary {
  private static final Path SOURCE = Path.of("src/test/c/nvml.c").toAbsolutePath();
  private static final Map<String, Path> COMPILED = new HashMap<>();
  private static final Set<String> TOLD = new HashSet<>();

  private final Path library;

  private FakeNvmlLibrary(Path library) {
    this.library = library;
  }

  /** Makes a library in a folder, like that of a current driver. */
  public static FakeNvmlLibrary in(Path folder) throws IOException, InterruptedException {
    return in(folder, "");
  }

  /**
   * Makes a library in a folder.
   *
   * @param flag flag for the compiler, such as {@code -DOLD}
   */
  public static FakeNvmlLibrary in(Path folder, String flag)
      throws IOException, InterruptedException {
    var library = Files.createTempFile(folder, "libplayed", ".so");
    Files.write(library, Files.readAllBytes(compiled(flag)));
    return new FakeNvmlLibrary(library);
  }

  private static synchronized Path compiled(String flag) throws IOException, InterruptedException {
    skipUnless(NvmlLibrary.isAllowed(), "this JVM has no native access");
    var before = COMPILED.get(flag);
    if (before != null) {
      return before;
    }
    skipUnless(isThere("cc"), "no C compiler cc is on the PATH");
    var folder = Files.createTempDirectory("mobula-played-nvml");
    var library = folder.resolve("libplayed.so");
    var words = new ArrayList<>(List.of("cc", "-shared", "-fPIC", "-o", library.toString()));
    if (!flag.isEmpty()) {
      words.add(flag);
    }
    words.add(SOURCE.toString());
    words.add("-ldl");
    var compiler = new ProcessBuilder(words).redirectErrorStream(true).start();
    var said = new String(compiler.getInputStream().readAllBytes());
    if (!compiler.waitFor(60, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
      throw new AssertionError("cc failed: " + said);
    }
    library.toFile().deleteOnExit();
    folder.toFile().deleteOnExit();
    COMPILED.put(flag, library);
    return library;
  }

  private static boolean isThere(String program) {
    for (var folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static void skipUnless(boolean holds, String why) {
    if (!holds && TOLD.add(why)) {
      System.out.println("Skipped the tests with a played NVML: " + why);
    }
    assumeTrue(holds, why);
  }

  /** Sets the script of the fake, which applies from the next reading on. */
  public FakeNvmlLibrary script(String script) throws IOException {
    Files.writeString(Path.of(library + ".txt"), script);
    return this;
  }

  /** Returns the path for {@code libraryLookup}. */
  public String path() {
    return library.toString();
  }

  /** Returns the calls of initialisation, release of events and shutdown, in order. */
  public List<String> log() throws IOException {
    var log = Path.of(library + ".log");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }
}
