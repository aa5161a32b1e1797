package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.Lineage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Nodes, shards and the network between them in simulated time. Frames between nodes are reliable,
 * as they are in a cluster; messages of the directory are delayed, reordered, repeated and lost.
 * Whatever a node is told to free is compared with what is truly reachable.
 */
final class SimulatedCluster {
  static final Comparator<ObjectId> BY_ID = Comparator.comparingLong(ObjectId::node)
      .thenComparingLong(ObjectId::task)
      .thenComparingInt(ObjectId::index);
  static final ShardMap MAP = new ShardMap(3);
  static final MessagingSettings MESSAGING = new MessagingSettings(4, 2000, 12, 300, 1200);
  static final long GRACE = 2500;
  private static final long TICK = 300;
  private static final long DIGEST = 2000;

  final SimulatedClock clock = new SimulatedClock();
  final SimulatedPrograms programs;
  final Random random;
  final List<SimulatedNode> nodes = new ArrayList<>();
  final List<SimulatedNode> living = new ArrayList<>();
  final ShardSettings shardSettings;
  final Map<ObjectId, List<ObjectId>> contents = new HashMap<>();
  final Map<ObjectId, Lineage> lineages = new HashMap<>();
  final Set<ObjectId> inlined = new HashSet<>();

  /** Objects that were unreachable and became reachable again: their loss was known. */
  final Set<ObjectId> resurrected = new HashSet<>();

  private final @Nullable DirectoryShard[] shards = new DirectoryShard[MAP.shards()];
  private final NodeId[] hosts = new NodeId[MAP.shards()];
  /** Text of the object whose events are printed, for people. */
  static final String TRACED = System.getProperty("mobula.directory.traced", "");

  private final Map<Long, RefFrame> flying = new HashMap<>();
  private final Map<Long, ObjectId> transits = new HashMap<>();
  private long counter = 1;
  final boolean digestsAlways;
  boolean faulty = true;
  boolean crashed;

  /** Frame with refs on its way to a node. */
  record RefFrame(NodeId to, List<ObjectId> ids) {}

  /** Ref that a sender keeps until it is answered. */
  record SentRef(NodeId to, ObjectId id) {}

  SimulatedCluster(long seed, int size, ShardSettings shardSettings) {
    this.random = new Random(seed);
    this.shardSettings = shardSettings;
    this.programs = new SimulatedPrograms(this);
    for (int i = 0; i < size; i++) {
      join();
    }
    for (int shard = 0; shard < shards.length; shard++) {
      start(shard);
      tick(shard, TICK);
    }
    digestsAlways = random.nextInt(4) == 0; // digests repair what must work without them
    clock.after(DIGEST, this::digests);
  }

  // Nodes and shards

  void join() {
    var node = new SimulatedNode(new NodeId(random.nextLong() | 1), this);
    nodes.add(node);
    living.add(node);
    for (int shard = 0; shard < shards.length; shard++) {
      int number = shard;
      clock.after(random.nextInt(200), () -> {
        if (node.alive && shards[number] instanceof DirectoryShard there) {
          there.joined(node.id, clock.now());
        }
      });
    }
  }

  private void start(int number) {
    hosts[number] = pick(living).id;
    var members = living.stream().map(node -> node.id).toList();
    shards[number] = new DirectoryShard(
        number, counter++, hosts[number], shardSettings, members, clock.now(), this::deliver);
  }

  /** Moves the shard to another node; everything that it knew is lost. */
  void move(int number) {
    if (shards[number] != null) {
      shards[number] = null;
      clock.after(random.nextInt(300), () -> {
        if (shards[number] == null) {
          start(number);
        }
      });
    }
  }

  void crash(SimulatedNode node) {
    if (living.size() == 1 || !node.alive) {
      return;
    }
    crashed = true;
    node.alive = false;
    living.remove(node);
    long noticed = 5 + random.nextInt(300);
    for (int shard = 0; shard < shards.length; shard++) {
      int number = shard;
      if (node.id.equals(hosts[number])) {
        shards[number] = null;
        clock.after(noticed + random.nextInt(100), () -> start(number));
      }
      clock.after(noticed + random.nextInt(100), () -> {
        if (shards[number] instanceof DirectoryShard there) {
          there.left(node.id, clock.now());
        }
      });
    }
    for (var other : nodes) {
      clock.after(noticed + random.nextInt(100), () -> forgetReceiver(other, node.id));
    }
  }

  private void forgetReceiver(SimulatedNode sender, NodeId dead) {
    if (sender.alive) {
      for (var each : List.copyOf(sender.unanswered.entrySet())) {
        if (each.getValue().to().equals(dead)) {
          sender.unanswered.remove(each.getKey());
          sender.drop(each.getValue().id());
        }
      }
    }
  }

  private void tick(int number, long every) {
    clock.after(every, () -> {
      if (shards[number] instanceof DirectoryShard shard) {
        shard.tick(clock.now());
      }
      tick(number, every);
    });
  }

  private void digests() {
    boolean digesting = digestsAlways || !faulty;
    for (var node : living) {
      node.table.statements().expire(clock.now());
      if (digesting) {
        node.table.statements().sendDigests(this::deliver);
      }
    }
    for (var shard : shards) {
      if (shard != null && digesting) {
        shard.sendDigests();
      }
    }
    clock.after(DIGEST, this::digests);
  }

  @Nullable
  SimulatedNode node(NodeId id) {
    for (var node : living) {
      if (node.id.equals(id)) {
        return node;
      }
    }
    return null;
  }

  List<DirectoryShard> shards() {
    var result = new ArrayList<DirectoryShard>();
    for (var shard : shards) {
      if (shard != null) {
        result.add(shard);
      }
    }
    return result;
  }

  <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  // The network

  void trace(Object what) {
    if (!TRACED.isEmpty() && what.toString().contains(TRACED)) {
      System.out.println(clock.now() + " " + what);
    }
  }

  void deliver(Participant to, DirectoryMessage message) {
    trace("sent to " + to + ": " + message);
    if (faulty && random.nextInt(12) == 0) {
      return;
    }
    int copies = faulty && random.nextInt(12) == 0 ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      long delay = 1 + random.nextInt(faulty && random.nextInt(6) == 0 ? 700 : 20);
      clock.after(delay, () -> arrive(to, message));
    }
  }

  private void arrive(Participant to, DirectoryMessage message) {
    trace("arrived at " + to + ": " + message);
    if (to.isNode()) {
      var node = node(to.nodeId());
      if (node != null) {
        node.receive((DirectoryMessage.ToParticipant) message);
      }
    } else if (shards[to.shard()] instanceof DirectoryShard shard) {
      shard.receive((DirectoryMessage.ToShard) message, clock.now());
    }
  }

  /** Returns a number that no frame, object, start of a shard or transit has had. */
  long nextNumber() {
    return counter++;
  }

  /** Notes that a ref is on its way in a message, until {@link #transitEnded}. */
  void transitBegan(long token, ObjectId id) {
    transits.put(token, id);
  }

  void transitEnded(long token) {
    transits.remove(token);
  }

  /** Sends refs in a frame. The sender holds them until it is answered. */
  long send(NodeId to, List<ObjectId> ids, Consumer<SimulatedNode> then) {
    long frame = counter++;
    flying.put(frame, new RefFrame(to, ids));
    clock.after(1 + random.nextInt(200), () -> {
      var node = node(to);
      if (node != null) {
        then.accept(node);
      }
      flying.remove(frame);
    });
    return frame;
  }

  // What is true

  /** Returns the objects that any node can reach, now or when the frames on their way arrive. */
  Set<ObjectId> reachable() {
    var result = new HashSet<ObjectId>();
    for (var node : living) {
      node.handles.keySet().forEach(id -> reach(id, result));
    }
    flying.values().stream()
        .filter(frame -> node(frame.to()) != null)
        .forEach(frame -> frame.ids().forEach(id -> reach(id, result)));
    transits.values().forEach(id -> reach(id, result));
    return result;
  }

  private void reach(ObjectId id, Set<ObjectId> result) {
    if (result.add(id)) {
      if (isSomewhere(id)) {
        contents.getOrDefault(id, List.of()).forEach(inner -> reach(inner, result));
      }
      var record = recordOf(id);
      if (record != null) {
        record.dependencies.forEach(inner -> reach(inner, result));
      }
    }
  }

  /** Returns whether any living node has the value. */
  boolean isSomewhere(ObjectId id) {
    for (var node : living) {
      if (node.sealed.containsKey(id)) {
        return true;
      }
    }
    return false;
  }

  @Nullable
  ObjectRecord recordOf(ObjectId id) {
    return shards[MAP.shardOf(id)] instanceof DirectoryShard shard
        ? shard.records().find(id)
        : null;
  }

  void noteTaken(ObjectId id) {
    if (contents.containsKey(id) && !isReachableBesidesHandlesOfOne(id)) {
      resurrected.add(id);
    }
  }

  private boolean isReachableBesidesHandlesOfOne(ObjectId id) {
    long holders = living.stream().filter(node -> node.handles.containsKey(id)).count();
    if (holders > 1 || flying.values().stream().anyMatch(frame -> frame.ids().contains(id))) {
      return true;
    }
    if (transits.containsValue(id)) {
      return true;
    }
    var others = new HashSet<ObjectId>();
    for (var node : living) {
      node.handles.keySet().stream()
          .filter(other -> !other.equals(id))
          .forEach(other -> reach(other, others));
    }
    flying.values().forEach(frame -> frame.ids().forEach(other -> reach(other, others)));
    return others.contains(id) || id.task() == counter - 1;
  }

  void noteFreed(SimulatedNode node, ObjectId id) {
    if (!resurrected.contains(id) && reachable().contains(id)) {
      throw new AssertionError("At " + clock.now() + " " + node.id + " was told to free " + id
          + ", which can be reached; handles at "
          + living.stream()
              .filter(each -> each.handles.containsKey(id))
              .map(each -> each.id)
              .toList());
    }
  }
}
