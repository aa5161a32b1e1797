package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.ObjectLostException;
import io.mobula.error.TransferFailedException;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.SimulatedNetwork;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.schedule.SimulatedScheduler;
import io.mobula.internal.schedule.SimulatedThreads;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Simulation of two hosts: a process that has values, and three that read them and share their
 * memory. Everything is real except for the network: the schedule decides which frame arrives, how
 * a transfer ends and who dies.
 */
final class SimulatedHosts {
  private static final int READERS = 3;
  private static final int BYTES = 4 << 10;
  private static final int CAPACITY = 1 << 20;
  private static final int MAX_STEPS = 20_000;
  private static final Codec CODEC = Codec.create(
      CodecOptions.defaults().withExternalTypes(ObjectRef.class)); // creating one takes long

  private final SimulatedScheduler scheduler;
  private final Path directory;
  private final SimulatedNetwork network;
  private final Map<NodeId, SimulatedProcess> processes = new LinkedHashMap<>();
  private final List<SimulatedProcess> all = new ArrayList<>();
  private final SimulatedProcess source;
  private final List<SharedValue> values = new ArrayList<>();
  private final Map<String, SimulatedTransfer> transfers = new LinkedHashMap<>(); // by endpoint
  private int deaths;

  SimulatedHosts(SimulatedScheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    this.directory = directory;
    this.network = new SimulatedNetwork(scheduler);
    this.source = new SimulatedProcess(1, "there");
    for (int i = 0; i < READERS; i++) {
      var _ = new SimulatedProcess(2 + i, "here");
    }
    network.meetAll();
    scheduler.afterEach(network::deliver);
  }

  void run() {
    try {
      values.add(new SharedValue());
      for (int actions = 20 + scheduler.decisions().next(100); actions > 0; actions--) {
        act();
      }
      scheduler.note("-- nobody dies any more");
      settle();
      processes.values().forEach(SimulatedProcess::checkAtRest);
      values.forEach(SharedValue::checkTransfers);
      scheduler.note("-- whoever lives reads all");
      if (source.isUp()) {
        processes.values().forEach(process -> values.forEach(value -> value.isReadBy(process)));
      }
      settle();
      processes.values().forEach(SimulatedProcess::checkAtRest);
    } finally {
      scheduler.end();
      all.forEach(SimulatedProcess::discard);
    }
  }

  private void settle() {
    network.deliver();
    scheduler.settle(MAX_STEPS);
  }

  private void act() {
    network.deliver();
    int what = scheduler.decisions().next(100);
    if (what < 60) {
      scheduler.next();
    } else if (what < 64) {
      if (source.isUp()) {
        values.add(new SharedValue());
      }
    } else if (what < 85) {
      value().isReadBy(any());
    } else if (what < 95) {
      value().isLetGoBy(any());
    } else {
      killOne();
    }
  }

  private SharedValue value() {
    return values.get(scheduler.decisions().next(values.size()));
  }

  private SimulatedProcess any() {
    return List.copyOf(processes.values()).get(scheduler.decisions().next(processes.size()));
  }

  private void killOne() {
    var victim = any();
    if (processes.size() > 1 && scheduler.decisions().oneIn(2)) {
      scheduler.note("** " + victim.id + " dies");
      deaths++;
      network.kill(victim.id);
      processes.remove(victim.id);
      victim.threads.die();
    }
  }

  /** Process of the simulation. */
  private final class SimulatedProcess {
    final NodeId id;
    final SimulatedThreads threads;
    final ClusterObjects clusterObjects;
    final ObjectStore store;
    private final Map<SharedValue, ObjectEntry> entries = new LinkedHashMap<>();

    SimulatedProcess(long number, String host) {
      id = new NodeId(number);
      threads = new SimulatedThreads(scheduler, id.toString());
      var memory = SharedStore.open(new StoreOptions(directory, CAPACITY, CAPACITY / 4, false));
      store = new ObjectStore(
          id,
          CODEC,
          memory,
          new ObjectStore.Limits(1024, Duration.ofHours(10)),
          threads,
          (name, max) -> threads);
      var lanes = new SimulatedTransport(new Peer(
          id,
          "127.0.0.1:" + number,
          "n" + number,
          host,
          number,
          Peer.Role.NODE,
          Map.of(),
          new Peer.StoreLocation(
              memory.directory().toString(), memory.idHigh(), memory.idLow(), host)));
      clusterObjects = new ClusterObjects(store, memory, lanes.peerTransport(), 1024, this::after);
      clusterObjects.useTransfer(given -> new SimulatedTransfer(this, given));
      network.add(lanes);
      processes.put(id, this);
      all.add(this);
    }

    boolean isUp() {
      return processes.containsKey(id);
    }

    private Runnable after(Duration delay, Runnable action) {
      return scheduler.anyTime(id + "'s timer", () -> {
        if (isUp()) {
          action.run();
        }
      });
    }

    /** Returns the address by which other transfers find this one. */
    String endpoint() {
      return "akka:" + id;
    }

    void checkAtRest() {
      assertThat(threads.unfinished()).as("threads of %s", id).isEmpty();
    }

    void discard() {
      threads.discard();
      clusterObjects.close();
      store.close();
    }
  }

  /** Value that the source has. */
  private final class SharedValue {
    private final int fill = 1 + values.size();
    private final ObjectRef<byte[]> made;
    private final ObjectId id;
    private final byte[] frame;
    private int transfers;
    private int failures; // of transfers
    private int letGo;

    SharedValue() {
      var bytes = new byte[BYTES];
      Arrays.fill(bytes, (byte) fill);
      made = source.store.put(bytes);
      id = made.id();
      var entry = EntryRef.entryOf(made, source.store);
      source.clusterObjects.share(entry);
      var out = new FrameWriter();
      source.clusterObjects.write(out, entry.outcome(), id);
      frame = out.toBytes();
    }

    /** Reads the value in that process, in a thread of its own. */
    void isReadBy(SimulatedProcess process) {
      if (process == source) {
        return;
      }
      var entry = process.entries.computeIfAbsent(
          this,
          fresh -> process.clusterObjects.importEntryWith(
              id, process.clusterObjects.read(new FrameReader(frame))));
      EntryRef<byte[]> ref = process.store.ref(entry);
      scheduler.note(process.id + " reads " + this);
      process.threads.start("reader of " + this, () -> {
        try {
          assertThat(isWhole(ref.get()))
              .as("what %s read of %s", process.id, this)
              .isTrue();
        } catch (ObjectLostException lost) {
          assertThat(failures > 0 || !source.isUp())
              .as("%s was lost: %s", this, lost)
              .isTrue();
        } finally {
          ref.close();
        }
      });
    }

    private boolean isWhole(byte[] read) {
      for (byte each : read) {
        if (each != (byte) fill) {
          return false;
        }
      }
      return read.length == BYTES;
    }

    /** Releases that process's hold. */
    void isLetGoBy(SimulatedProcess process) {
      var entry = process.entries.remove(this);
      if (entry != null) {
        letGo++;
        scheduler.note(process.id + " lets go of " + this);
        entry.release();
      }
    }

    void checkTransfers() {
      assertThat(transfers)
          .as("transfers of %s to one host", this)
          .isLessThanOrEqualTo(1 + 2 * (deaths + failures + letGo));
    }

    @Override
    public String toString() {
      return "value " + fill;
    }
  }

  /** Transfer that moves values to one process. */
  private final class SimulatedTransfer implements ObjectTransfer {
    private final SimulatedProcess process;
    private final ObjectSource given;
    private final Map<CompletableFuture<Void>, String> running = new LinkedHashMap<>();

    SimulatedTransfer(SimulatedProcess process, ObjectSource given) {
      this.process = process;
      this.given = given;
      transfers.put(endpoint(), this);
    }

    @Override
    public String endpoint() {
      return process.endpoint();
    }

    @Override
    public PullHandle pull(ObjectPullRequest request) {
      var from = request.sources().known().getFirst();
      var value = values.stream().filter(each -> each.id.equals(request.id())).findFirst();
      value.ifPresent(each -> each.transfers++);
      var done = new CompletableFuture<Void>();
      running.put(done, from);
      scheduler.anyTime(process.id + " receives " + value.orElseThrow() + " from " + from, () -> {
        if (process.isUp() && running.remove(done) != null) {
          process.threads.start("transfer", () -> end(request, from, value.orElseThrow(), done));
        }
      });
      return new PullHandle() {
        @Override
        public CompletionStage<Void> completion() {
          return done;
        }

        @Override
        public void cancel() {
          throw new UnsupportedOperationException();
        }
      };
    }

    private void end(
        ObjectPullRequest request, String from, SharedValue value, CompletableFuture<Void> done) {
      var giver = transfers.get(from);
      var openObject =
          giver == null || !giver.process.isUp() || scheduler.decisions().oneIn(6)
              ? null
              : giver.given.open(request.id(), request.attempt());
      if (openObject == null) {
        value.failures++;
        done.completeExceptionally(failed(from));
        return;
      }
      try (openObject) {
        request.target().copyFrom(openObject.bytes());
      }
      done.complete(null);
    }

    private TransferFailedException failed(String from) {
      return new TransferFailedException(
          "no source gives it", Map.of(from, "as the schedule says"));
    }

    @Override
    public void markLost(String endpoint, String how) {
      for (var each : List.copyOf(running.entrySet())) {
        if (each.getValue().equals(endpoint) && running.remove(each.getKey()) != null) {
          each.getKey().completeExceptionally(failed(endpoint));
        }
      }
    }

    @Override
    public void close() {
      running.clear();
    }
  }
}
