package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectId;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.PullSources;
import io.mobula.spi.TransferSettings.TransferLimits;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Engines joined by a simulated network that loses, changes, duplicates and delays frames. */
class TransferEngineTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  void objectsArriveByteForByteWhateverHappensToTheFrames() {
    for (long seed = 1; seed <= 300; seed++) {
      var random = new Random(seed);
      var network = new Network(random);
      try (var arena = Arena.ofConfined()) {
        var object = new SampleObjects(arena, 1 + random.nextInt(300_000), seed);
        var first = network.join("first", object, random.nextInt(4) == 0 ? 1 : 64);
        network.join("second", object, 64);
        var reader = network.join("reader", SampleObjects.NONE, 64);
        var pulls = new ArrayList<PullOperation>();
        for (int i = 0; i <= random.nextInt(5); i++) {
          var target = arena.allocate(object.size());
          var pull = new PullOperation(
              new ObjectPullRequest(
                  new ObjectId(1, 1, i),
                  0,
                  object.size(),
                  random.nextBoolean()
                      ? PullSources.only("first", "second")
                      : new PullSources(List.of("first"), found -> network.later(found, "second")),
                  target,
                  arrived -> {}),
              () -> {});
          pulls.add(pull);
          reader.start(pull, network.now);
        }
        if (random.nextBoolean()) {
          network.runFor(random.nextInt(30));
          network.kill("first");
          first.close("it was killed");
        }
        network.runUntilQuiet();

        for (var pull : pulls) {
          assertThat(pull.completion().toCompletableFuture())
              .as("seed %d", seed)
              .isCompleted();
          assertThat(pull.request.target().mismatch(object.bytes()))
              .as("seed %d", seed)
              .isEqualTo(-1);
        }
        object.awaitClosed();
      }
    }
  }

  /** Network of all frames, in simulated time. */
  private static final class Network {
    private static final TransferLimits LIMITS = new TransferLimits(
        3, 10, 64, 64 * 1024, Duration.ofMillis(50), 1000, Duration.ofSeconds(60));

    private record Search(long ends, Runnable how) {}

    private record Frame(String to, byte[] bytes, long arrives) {}

    private final Random random;
    private final double loss;
    private final double harm;
    private final double doubled;
    private final int delay;
    private final Map<String, TransferEngine> desks = new HashMap<>();
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private final ArrayDeque<Search> searches = new ArrayDeque<>();
    private long now;

    Network(Random random) {
      this.random = random;
      this.loss = random.nextBoolean() ? 0 : random.nextDouble() * 0.2;
      this.harm = random.nextBoolean() ? 0 : random.nextDouble() * 0.03;
      this.doubled = random.nextBoolean() ? 0 : random.nextDouble() * 0.2;
      this.delay = 1 + random.nextInt(10);
    }

    TransferEngine join(String name, io.mobula.spi.ObjectSource source, int readers) {
      var limits = new TransferLimits(
          LIMITS.maxPulls(),
          LIMITS.maxQueued(),
          readers,
          LIMITS.windowBytes(),
          LIMITS.silenceTimeout(),
          LIMITS.maxSilences(),
          LIMITS.stallTimeout());
      var desk = new TransferEngine(new NetworkEndpoint(name), source, limits);
      desks.put(name, desk);
      return desk;
    }

    void kill(String name) {
      desks.remove(name);
    }

    /** Starts a search that finds the endpoint a little later. */
    CompletableFuture<?> later(Consumer<String> found, String endpoint) {
      var end = new CompletableFuture<Void>();
      searches.addLast(new Search(now + random.nextInt(200) * MILLI, () -> {
        found.accept(endpoint);
        end.complete(null);
      }));
      return end;
    }

    void runFor(int milliseconds) {
      for (int i = 0; i < milliseconds; i++) {
        step();
      }
    }

    void runUntilQuiet() {
      for (int i = 0; i < 200_000 && isBusy(); i++) {
        step();
      }
      assertThat(isBusy()).as("still busy at the end of time").isFalse();
    }

    private boolean isBusy() {
      return desks.values().stream().anyMatch(TransferEngine::isBusy);
    }

    private void step() {
      for (int i = frames.size(); i > 0; i--) {
        var frame = frames.removeFirst();
        if (frame.arrives > now) {
          frames.addLast(frame);
        } else if (desks.containsKey(frame.to)) {
          desks.get(frame.to).onFrame(new UnsafeBuffer(frame.bytes), 0, frame.bytes.length, now);
        }
      }
      for (int i = searches.size(); i > 0; i--) {
        var search = searches.removeFirst();
        if (search.ends > now) {
          searches.addLast(search);
        } else {
          search.how.run();
        }
      }
      desks.values().forEach(desk -> desk.work(now));
      now += MILLI;
    }

    private final class NetworkEndpoint implements FrameTransport {
      private final String name;

      NetworkEndpoint(String name) {
        this.name = name;
      }

      @Override
      public String replyTo(String endpoint) {
        return name;
      }

      @Override
      public int maxFrame(String endpoint) {
        return 4096;
      }

      @Override
      public SendResult send(String endpoint, int length, FrameEncoder encoder) {
        if (random.nextInt(10) == 0 || frames.size() > 500) {
          return SendResult.BACK_PRESSURED;
        }
        byte[] bytes = new byte[length];
        encoder.encode(new UnsafeBuffer(bytes), 0);
        if (random.nextDouble() < harm) {
          bytes[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
        }
        int copies = random.nextDouble() < loss ? 0 : random.nextDouble() < doubled ? 2 : 1;
        for (int i = 0; i < copies; i++) {
          frames.addLast(new Frame(endpoint, bytes.clone(), now + random.nextInt(delay) * MILLI));
        }
        return SendResult.SENT;
      }

      @Override
      public void disconnect(String endpoint) {}
    }
  }
}
