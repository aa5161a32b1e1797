package io.mobula.internal.transfer;

import io.aeron.Aeron;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import io.mobula.error.StoreException;
import io.mobula.spi.TransferSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embedded media driver of a node, with one thread, and the Aeron client that the transfer thread
 * uses. Its files are in a directory of mode 0700 and are deleted on close.
 */
public final class AeronDriver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AeronDriver.class);

  private static final int MTU_OF_LOOPBACK = 65504;
  private static final int MTU_ELSEWHERE = 8192;
  private static final int SOCKET_BUFFER = 4 * 1024 * 1024;
  private static final int MIN_SOCKET_BUFFER = 128 * 1024;
  /** Header of a datagram and of an unfragmented message in it. */
  private static final int DATA_HEADER = 32;
  /**
   * Liveness timeout of driver and client. It is long because both live and end together, so
   * neither needs to detect the death of the other.
   */
  private static final long LIVENESS_TIMEOUT_NANOS = TimeUnit.HOURS.toNanos(1);

  /**
   * Monotonic clock that driver and client use as the time of day. The wall clock may jump by more
   * than {@link #LIVENESS_TIMEOUT_NANOS}, and each would then take the other for dead.
   */
  private static final EpochClock MONOTONIC_CLOCK =
      () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());

  private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(1);
  private static final Duration START = Duration.ofSeconds(10);

  private final AeronDriverThread thread;
  private final Aeron aeron;
  private final int mtu;
  private final int term;

  private AeronDriver(AeronDriverThread thread, Aeron aeron, int mtu, int term) {
    this.thread = thread;
    this.aeron = aeron;
    this.mtu = mtu;
    this.term = term;
  }

  /** Starts driver and client; {@code idle} is the idle strategy of the driver's thread. */
  public static AeronDriver start(TransferSettings.AeronTransport settings, IdleStrategy idle) {
    try {
      Files.createDirectory(
          settings.directory(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new StoreException(
          "Cannot make the media driver's directory " + settings.directory() + ": " + e, e);
    }
    int mtu = mtu(settings);
    AeronDriverThread thread = null;
    try {
      thread = AeronDriverThread.start(MediaDriver.launch(context(settings, mtu)), idle);
      return new AeronDriver(thread, connect(settings.directory()), mtu, settings.buffer());
    } catch (Exception | InternalError e) { // Aeron also throws undeclared IOExceptions
      close(thread, e); // the error means a file system without room
      delete(settings.directory());
      throw new StoreException(
          "Cannot start the media driver at " + settings.host() + " in " + settings.directory()
              + ": " + e.getMessage(),
          e);
    }
  }

  /** Returns the client of this driver. */
  public Aeron aeron() {
    return aeron;
  }

  /** Returns the size of a frame that fits into one datagram. */
  public int maxFrame() {
    return mtu - DATA_HEADER;
  }

  /** Returns the parameters of a publication's channel, without the endpoint. */
  public String parameters() {
    return "|mtu=" + mtu + "|term-length=" + term;
  }

  /** Listens on a port that the kernel chooses, and waits until the port is known. */
  public Subscription listen(String host, int stream) {
    var subscription = subscribe(host, stream);
    long until = System.nanoTime() + START.toNanos();
    while (subscription.resolvedEndpoint() == null) {
      if (System.nanoTime() - until > 0) {
        throw new StoreException(
            "No port at " + host + " for transfers within " + START
                + "; is that an address of this host?",
            null);
      }
      aeron.conductorAgentInvoker().invoke();
      LockSupport.parkNanos(this, LOOK_AGAIN);
    }
    return subscription;
  }

  private Subscription subscribe(String host, int stream) {
    String literal = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    try {
      return aeron.addSubscription("aeron:udp?endpoint=" + literal + ":0", stream);
    } catch (AeronException e) {
      throw new StoreException(
          "Cannot listen at " + host + " for transfers, is that an address of this host? "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() {
    try {
      CloseHelper.close(aeron);
    } finally {
      thread.close();
    }
  }

  /** Closes the driver after a failure. Further failures become suppressed exceptions of it. */
  void closeAfter(Throwable failure) {
    close(this, failure);
  }

  private static void close(@Nullable AutoCloseable begun, Throwable after) {
    try {
      CloseHelper.close(begun);
    } catch (Exception | InternalError e) {
      after.addSuppressed(e);
    }
  }

  private static MediaDriver.Context context(TransferSettings.AeronTransport settings, int mtu) {
    int socketBuffer = socketBuffer();
    return new MediaDriver.Context()
        .aeronDirectoryName(settings.directory().toString())
        .dirDeleteOnStart(true)
        .dirDeleteOnShutdown(true)
        .warnIfDirectoryExists(false)
        .threadingMode(ThreadingMode.INVOKER)
        .epochClock(MONOTONIC_CLOCK)
        .mtuLength(mtu)
        .publicationTermBufferLength(settings.buffer())
        .initialWindowLength(Math.min(settings.buffer() / 2, socketBuffer / 2))
        .socketRcvbufLength(socketBuffer)
        .socketSndbufLength(socketBuffer)
        .termBufferSparseFile(true)
        .lowStorageWarningThreshold(0) // would warn for every log; lack of room is an error anyway
        .clientLivenessTimeoutNs(LIVENESS_TIMEOUT_NANOS)
        .publicationUnblockTimeoutNs(2 * LIVENESS_TIMEOUT_NANOS)
        .errorHandler(AeronDriver::onError);
  }

  private static void onError(Throwable e) {
    if (!(e instanceof InternalError)) { // the driver's thread logs these, at a limited rate
      LOG.warn("The media driver: {}", e.toString(), e);
    }
  }

  private static Aeron connect(Path directory) {
    return Aeron.connect(new Aeron.Context()
        .aeronDirectoryName(directory.toString())
        .useConductorAgentInvoker(true)
        .epochClock(MONOTONIC_CLOCK)
        .driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(LIVENESS_TIMEOUT_NANOS))
        .keepAliveIntervalNs(TimeUnit.SECONDS.toNanos(1))
        .errorHandler(e -> LOG.warn("The client of the media driver: {}", e.toString(), e)));
  }

  private static int mtu(TransferSettings.AeronTransport settings) {
    if (settings.mtu() != 0) {
      return settings.mtu();
    }
    try {
      return InetAddress.getByName(settings.host()).isLoopbackAddress()
          ? MTU_OF_LOOPBACK
          : MTU_ELSEWHERE;
    } catch (IOException e) {
      throw new StoreException("No address of this host: " + settings.host(), e);
    }
  }

  /** Returns the socket buffer that the kernel grants: never more than net.core.rmem_max. */
  private static int socketBuffer() {
    try (var probe = DatagramChannel.open()) {
      probe.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
      probe.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
      int given = Math.min(
          probe.getOption(StandardSocketOptions.SO_RCVBUF),
          probe.getOption(StandardSocketOptions.SO_SNDBUF));
      return Math.max(MIN_SOCKET_BUFFER, Math.min(SOCKET_BUFFER, given));
    } catch (IOException e) {
      throw new StoreException("Cannot open a datagram socket: " + e, e);
    }
  }

  private static void delete(Path directory) {
    IoUtil.delete(directory.toFile(), true);
  }
}
