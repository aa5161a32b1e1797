package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.source.DeviceSource;
import io.mobula.gpu.source.HostFiles;
import io.mobula.gpu.source.SourceResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Source of NVIDIA's GPUs that uses NVML. It keeps NVML initialised between readings, so that it
 * learns of errors that the driver reports meanwhile. After a failure it initialises NVML again at
 * the next reading.
 *
 * <p>It calls no native code in a JVM without native access for Mobula
 * ({@code --enable-native-access=ALL-UNNAMED}), where the JDK would warn of every use. Native code
 * runs in this process: a driver that crashes takes the JVM with it.
 */
public final class NvmlSource implements DeviceSource {
  /** Name of the library for the system's loader. */
  public static final String LIBRARY = "libnvidia-ml.so.1";

  static final String NAME = "nvml";

  private final String file;
  private final HostFiles files;
  private @Nullable NvmlLibrary library;
  private @Nullable NvmlSession session;

  /**
   * Creates a source without opening the library.
   *
   * @param file the library: {@link #LIBRARY}, or a path to it
   * @param files files of the host
   */
  public NvmlSource(String file, HostFiles files) {
    this.file = file;
    this.files = files;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SourceResult read() {
    if (!NvmlLibrary.isAllowed()) {
      return expected()
          ? SourceResult.broken(
              NAME,
              "NVML was not asked, since this JVM may not call native code: start it with"
                  + " --enable-native-access=ALL-UNNAMED.")
          : SourceResult.absent();
    }
    if (library == null) {
      var opened = NvmlLibrary.open(file);
      if (opened.isEmpty()) {
        return expected() ? SourceResult.broken(NAME, cannotOpen()) : SourceResult.absent();
      }
      library = opened.get();
    }
    return read(library);
  }

  private SourceResult read(NvmlLibrary nvml) {
    var missing = nvml.lacks();
    if (missing.isPresent()) {
      return SourceResult.broken(
          NAME,
          file + " has no " + missing.get().symbol()
              + ": it is not NVML, or of a driver that is too old.");
    }
    if (session == null) {
      var fresh = new Nvml(nvml);
      if (fresh.init() instanceof NvmlResult.Failure<Integer>(var error)) {
        return SourceResult.broken(NAME, "NVML does not start: " + error + hint(error) + ".");
      }
      session = new NvmlSession(fresh, files);
    }
    var result = session.read();
    if (result instanceof SourceResult.Broken) {
      close();
    }
    return result;
  }

  /** Returns whether NVIDIA's devices are meant to be present on this host. */
  private boolean expected() {
    return !file.equals(LIBRARY) || files.exists("dev/nvidiactl");
  }

  private String cannotOpen() {
    return file.equals(LIBRARY)
        ? "/dev/nvidiactl is here, and " + LIBRARY
            + " cannot be opened: install the driver's libraries, or give them to this container."
        : file + " cannot be opened: it is not there, or no library for this machine.";
  }

  private String hint(NvmlError error) {
    return error.code() == ReturnCode.DRIVER_NOT_LOADED && !files.exists("dev/nvidiactl")
        ? "; /dev/nvidiactl is missing: load the driver, or give this container its devices"
        : "";
  }

  @Override
  public List<DeviceUsage> sample() {
    return session == null ? List.of() : session.sample();
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
