package io.mobula.internal.transfer;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import io.mobula.ObjectId;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.PullSources;
import io.mobula.spi.TransferSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Process with one object of its own and room for another. It sends and fetches objects by a
 * transfer, by a bare TCP stream and by a bare Aeron stream, as its standard input says. For tests
 * and {@link TransferBench}.
 *
 * <p>Arguments: host, directory, bytes, seed, and optionally the sizes of datagram, term and window
 * in bytes.
 */
final class TransferPeer {
  private static final int BARE_STREAM = 1;
  private static final int SLICE = 1 << 20;
  private static final Pattern TELLING =
      Pattern.compile("(?i)nak|retransmit|loss|short sends|under ?run|over ?run|back.?pressure");

  private final String host;
  private final Path directory;
  private final SampleObjects own;
  private final MemorySegment target;
  private final ObjectTransfer transfer;
  private final TransferSettings.AeronTransport carrier;
  private @Nullable AeronDriver bare;
  private @Nullable ExclusivePublication bareTo;

  private TransferPeer(String... args) {
    this.host = args[0];
    this.directory = Path.of(args[1]);
    long bytes = Long.parseLong(args[2]);
    this.own = new SampleObjects(Arena.global(), bytes, Long.parseLong(args[3]));
    this.target = Arena.global().allocate(bytes, 8);
    int mtu = args.length > 4 ? Integer.parseInt(args[4]) : 0;
    int term = args.length > 5 ? Integer.parseInt(args[5]) : 4 << 20;
    int window = args.length > 6 ? Integer.parseInt(args[6]) : 4 << 20;
    this.carrier =
        new TransferSettings.AeronTransport(host, directory.resolve("driver"), mtu, term);
    var usual = TransferSettings.TransferLimits.DEFAULT;
    var limits = new TransferSettings.TransferLimits(
        usual.maxPulls(),
        usual.maxQueued(),
        usual.maxReaders(),
        window,
        usual.silenceTimeout(),
        usual.maxSilences(),
        usual.stallTimeout());
    this.transfer = new TransferFactory().start(new TransferSettings(own, carrier, limits));
  }

  public static void main(String[] args) throws Exception {
    var peer = new TransferPeer(args);
    say("endpoint " + peer.transfer.endpoint());
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "pull" -> peer.pull(Arrays.copyOfRange(words, 1, words.length));
        case "tcp-listen" -> peer.tcpListen();
        case "tcp-read" -> peer.tcpRead(words[1]);
        case "bare-listen" -> peer.bareListen();
        case "bare-send" -> peer.bareSend(words[1]);
        case "bare-close" -> peer.bareClose();
        case "counters" -> peer.counters();
        case "close" -> {
          peer.transfer.close();
          say("closed");
          return;
        }
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private void pull(String... sources) {
    target.fill((byte) 0);
    var halfway = new AtomicBoolean();
    long start = System.nanoTime();
    var handle = transfer.pull(new ObjectPullRequest(
        new ObjectId(1, 1, 0), 0, target.byteSize(), PullSources.only(sources), target, arrived -> {
          if (arrived > target.byteSize() / 4 && halfway.compareAndSet(false, true)) {
            say("on its way");
          }
        }));
    try {
      handle.completion().toCompletableFuture().join();
      said("pull", System.nanoTime() - start);
    } catch (java.util.concurrent.CompletionException e) {
      say("failed " + e.getCause());
    }
  }

  private void said(String how, long nanos) {
    say(how + " took " + nanos + " "
        + (target.mismatch(own.bytes()) == -1 ? "equal" : "DIFFERENT"));
  }

  private void tcpListen() throws IOException {
    try (var server = ServerSocketChannel.open().bind(new InetSocketAddress(host, 0))) {
      say("tcp at " + ((InetSocketAddress) server.getLocalAddress()).getPort());
      try (var to = server.accept()) {
        to.setOption(StandardSocketOptions.SO_SNDBUF, 4 << 20);
        ByteBuffer go = ByteBuffer.allocate(1);
        to.read(go);
        for (long at = 0; at < own.size(); at += SLICE) {
          var slice = own.bytes().asSlice(at, Math.min(SLICE, own.size() - at)).asByteBuffer();
          while (slice.hasRemaining()) {
            to.write(slice);
          }
        }
      }
    }
  }

  private void tcpRead(String address) throws IOException {
    target.fill((byte) 0);
    int colon = address.lastIndexOf(':');
    var remote = new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    try (var from = SocketChannel.open()) {
      from.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
      from.connect(remote);
      long start = System.nanoTime();
      from.write(ByteBuffer.allocate(1));
      for (long at = 0; at < target.byteSize(); ) {
        var slice = target.asSlice(at, Math.min(SLICE, target.byteSize() - at)).asByteBuffer();
        int got = from.read(slice);
        if (got < 0) {
          throw new IOException("The stream ended at " + at);
        }
        at += got;
      }
      said("tcp", System.nanoTime() - start);
    }
  }

  /** Returns the bare driver, which is made once, as that of the transfer is. */
  private AeronDriver bareDriver() {
    if (bare == null) {
      bare = newBareDriver();
    }
    return bare;
  }

  private AeronDriver newBareDriver() {
    var where = new TransferSettings.AeronTransport(
        host, directory.resolve("bare-" + System.nanoTime()), carrier.mtu(), carrier.buffer());
    return AeronDriver.start(where, new WakeableIdleStrategy(() -> true, () -> {}, 1_000_000));
  }

  /**
   * Copies received data to its place. The time is measured from the first fragment to the last.
   */
  private void bareListen() {
    target.fill((byte) 0);
    var driver = bareDriver();
    try (var subscription = driver.listen(host, BARE_STREAM)) {
      say("bare at " + subscription.resolvedEndpoint());
      long[] state = new long[2];
      var idle = new WakeableIdleStrategy(() -> true, () -> {}, 1_000_000);
      while (state[0] < target.byteSize()) {
        idle.idle(driver.aeron().conductorAgentInvoker().invoke()
            + subscription.poll(
                (buffer, offset, length, header) -> {
                  if (state[0] == 0) {
                    state[1] = System.nanoTime();
                  }
                  MemorySegment.copy(
                      MemorySegment.ofBuffer(
                          buffer.byteBuffer().slice(buffer.wrapAdjustment() + offset, length)),
                      0,
                      target,
                      state[0],
                      length);
                  state[0] += length;
                },
                64));
      }
      said("bare", System.nanoTime() - state[1]);
    }
  }

  private void bareSend(String endpoint) {
    var driver = bareDriver();
    var invoker = driver.aeron().conductorAgentInvoker();
    var to = driver
        .aeron()
        .addExclusivePublication(
            "aeron:udp?endpoint=" + endpoint + driver.parameters(), BARE_STREAM);
    bareTo = to;
    var claim = new BufferClaim();
    var idle = new WakeableIdleStrategy(() -> true, () -> {}, 1_000_000);
    for (long at = 0; at < own.size(); ) {
      int length = (int) Math.min(driver.maxFrame(), own.size() - at);
      long result = to.tryClaim(length, claim);
      if (result > 0) {
        var buffer = claim.buffer();
        MemorySegment.copy(
            own.bytes(),
            at,
            MemorySegment.ofBuffer(
                buffer.byteBuffer().slice(buffer.wrapAdjustment() + claim.offset(), length)),
            0,
            length);
        claim.commit();
        at += length;
        idle.reset();
      } else if (result == Publication.CLOSED) {
        throw new IllegalStateException("The publication was closed");
      } else {
        idle.idle(invoker.invoke());
      }
    }
    say("bare sent");
  }

  /** Prints the bare driver's counters of loss and waiting. */
  private void counters() {
    var line = new StringBuilder("counters");
    bareDriver().aeron().countersReader().forEach((value, id, label) -> {
      if (value != 0 && TELLING.matcher(label).find()) {
        line.append(' ').append(label.replace(' ', '-')).append('=').append(value);
      }
    });
    say(line.toString());
  }

  private void bareClose() {
    if (bareTo != null) {
      bareTo.close();
      bareTo = null;
    }
  }
}
