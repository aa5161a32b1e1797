package io.mobula.jmh.cluster;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.mobula.internal.transfer.AeronDriver;
import io.mobula.internal.transfer.WakeableIdleStrategy;
import io.mobula.spi.TransferSettings;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Baseline for object transfer: the bytes of an object over plain TCP and plain Aeron streams, set
 * up as transfers set them up. It shows the speed of the network without Mobula.
 *
 * <p>An instance is the sender. The static methods run as tasks in the receiver's process, whose
 * memory is warm after the first round.
 */
public final class BaselineStreams implements AutoCloseable {
  private static final int STREAM = 1;
  private static final int SLICE = 1 << 20;
  private static final int SOCKET_BUFFER = 4 << 20;
  private static final int TERM = 4 << 20;
  private static final long QUIET = 1_000_000;
  private static final int FRAGMENTS = 64;

  private static @Nullable Receiver receiver;

  private final Arena arena = Arena.ofShared();
  private final String host;
  private final Path directory;
  private final MemorySegment bytes;
  private @Nullable ServerSocketChannel server;
  private @Nullable AeronDriver driver;
  private @Nullable ExclusivePublication publication;

  /** State that a receiver keeps from round to round. */
  private static final class Receiver {
    private final MemorySegment target;
    private final AeronDriver driver;
    private volatile CompletableFuture<Long> took = new CompletableFuture<>();

    Receiver(MemorySegment target, AeronDriver driver) {
      this.target = target;
      this.driver = driver;
    }
  }

  /** Creates a sender of {@code size} bytes; {@code directory} is created for the media driver. */
  public BaselineStreams(String host, Path directory, long size) {
    this.host = host;
    this.directory = directory;
    this.bytes = arena.allocate(size, Long.BYTES).fill((byte) 1);
  }

  /** Opens a port and returns its {@code host:port}. */
  public String listenTcp() throws IOException {
    var opened = ServerSocketChannel.open().bind(new InetSocketAddress(host, 0));
    server = opened;
    return host + ":" + ((InetSocketAddress) opened.getLocalAddress()).getPort();
  }

  /** Sends all bytes to the receiver that connects, once the receiver asks for them. */
  public void sendTcp() throws IOException {
    try (var open = java.util.Objects.requireNonNull(server, "listenTcp comes first");
        var to = open.accept()) {
      to.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
      to.read(ByteBuffer.allocate(1));
      for (long at = 0; at < bytes.byteSize(); at += SLICE) {
        var slice = bytes.asSlice(at, Math.min(SLICE, bytes.byteSize() - at)).asByteBuffer();
        while (slice.hasRemaining()) {
          to.write(slice);
        }
      }
    }
  }

  /** Returns the nanoseconds from asking for the bytes to having received all of them. */
  public static long readTcp(String address, long size) throws IOException {
    var target = target(size);
    int colon = address.lastIndexOf(':');
    var remote = new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    try (var from = SocketChannel.open()) {
      from.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
      from.connect(remote);
      long start = System.nanoTime();
      from.write(ByteBuffer.allocate(1));
      for (long at = 0; at < size; ) {
        int got = from.read(target.asSlice(at, Math.min(SLICE, size - at)).asByteBuffer());
        if (got < 0) {
          throw new EOFException("The stream ended at " + at + " of " + size);
        }
        at += got;
      }
      return System.nanoTime() - start;
    }
  }

  private static MemorySegment warm = MemorySegment.NULL;

  private static synchronized MemorySegment target(long size) {
    if (warm.byteSize() != size) {
      warm = Arena.global().allocate(size, Long.BYTES);
    }
    return warm;
  }

  private static synchronized Receiver receiver(String host, String directory, long size) {
    var made = receiver;
    if (made == null) {
      made = new Receiver(target(size), driver(host, Path.of(directory)));
      receiver = made;
    }
    return made;
  }

  private static AeronDriver driver(String host, Path directory) {
    return AeronDriver.start(
        new TransferSettings.AeronTransport(host, directory, 0, TERM), idleStrategy());
  }

  private static WakeableIdleStrategy idleStrategy() {
    return new WakeableIdleStrategy(() -> true, () -> {}, QUIET);
  }

  /** Starts a thread that receives all bytes, and returns the endpoint on which it listens. */
  public static String listenAeron(String host, String directory, long size) {
    var open = receiver(host, directory, size);
    var took = new CompletableFuture<Long>();
    open.took = took;
    var subscription = open.driver.listen(host, STREAM);
    var endpoint = String.valueOf(subscription.resolvedEndpoint());
    Thread.ofPlatform().daemon().name("bench-aeron").start(() -> {
      try (subscription) {
        took.complete(receive(open, subscription));
      } catch (RuntimeException e) {
        took.completeExceptionally(e);
      }
    });
    return endpoint;
  }

  /**
   * Copies arriving fragments to their place. The clock runs from the first fragment to the last.
   */
  private static long receive(Receiver open, Subscription subscription) {
    long[] state = new long[2];
    var idle = idleStrategy();
    while (state[0] < open.target.byteSize()) {
      int worked = open.driver.aeron().conductorAgentInvoker().invoke();
      worked += subscription.poll(
          (buffer, offset, length, header) -> {
            if (state[0] == 0) {
              state[1] = System.nanoTime();
            }
            var from = buffer.byteBuffer().slice(buffer.wrapAdjustment() + offset, length);
            MemorySegment.copy(MemorySegment.ofBuffer(from), 0, open.target, state[0], length);
            state[0] += length;
          },
          FRAGMENTS);
      idle.idle(worked);
    }
    return System.nanoTime() - state[1];
  }

  /**
   * Waits for the thread started by {@link #listenAeron}; returns the nanoseconds from the first
   * byte to the last.
   */
  public static long awaitAeron() {
    Receiver open;
    synchronized (BaselineStreams.class) {
      open = java.util.Objects.requireNonNull(receiver, "listenAeron comes first");
    }
    return open.took.join();
  }

  /** Sends all bytes to {@code endpoint}. */
  public void sendAeron(String endpoint) {
    if (driver == null) {
      driver = driver(host, directory);
    }
    var open = driver;
    var to = open.aeron()
        .addExclusivePublication("aeron:udp?endpoint=" + endpoint + open.parameters(), STREAM);
    publication = to;
    var claim = new BufferClaim();
    var idle = idleStrategy();
    for (long at = 0; at < bytes.byteSize(); ) {
      int length = (int) Math.min(open.maxFrame(), bytes.byteSize() - at);
      long result = to.tryClaim(length, claim);
      if (result > 0) {
        var buffer = claim.buffer();
        var room = buffer.byteBuffer().slice(buffer.wrapAdjustment() + claim.offset(), length);
        MemorySegment.copy(bytes, at, MemorySegment.ofBuffer(room), 0, length);
        claim.commit();
        at += length;
        idle.reset();
      } else if (result == Publication.CLOSED) {
        throw new IllegalStateException("The publication was closed at " + at);
      } else {
        idle.idle(open.aeron().conductorAgentInvoker().invoke());
      }
    }
  }

  /** Closes the stream; call it once the receiver has all bytes. */
  public void closeAeron() {
    if (publication != null) {
      publication.close();
      publication = null;
    }
  }

  @Override
  public void close() {
    closeAeron();
    if (driver != null) {
      driver.close();
    }
    arena.close();
  }
}
