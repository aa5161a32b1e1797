package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import io.mobula.spi.NodeView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Simulated scheduler state, with the reservations of some nodes and a process that creates groups.
 * Messages arrive as the test says: in order between two processes, or not at all.
 */
final class SimulatedGroups {
  /** Process that creates groups; it is never killed. */
  static final long CREATOR = 1_000_000;

  private static final SchedulerTiming PACE = new SchedulerTiming(500, 300, 50, 200, 1_000_000);
  private static final long HOLD = 1_000;

  /** Message that is on its way. */
  private record Message(Runnable arrive) {}

  private final Random random;
  private final long capacity;
  private final Map<NodeId, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Deque<Message>> ways = new TreeMap<>();
  private final GroupTable table = new GroupTable(new NodeId(CREATOR), this::isMember);
  private final Set<PlacementGroupId> made = new LinkedHashSet<>();
  private final List<Runnable> doubted = new ArrayList<>();
  private final Set<PlacementGroupId> unwanted = new LinkedHashSet<>();
  private final Set<PlacementGroupId> removed = new LinkedHashSet<>();
  private GroupSchedulerState book;
  private int epoch;
  private long words;
  private int heardByCreator;
  private long now;
  private long names;
  private boolean calm;

  SimulatedGroups(Random random, int count, long capacity) {
    this.random = random;
    this.capacity = capacity;
    for (int i = 0; i < count; i++) {
      var id = new NodeId(++names);
      nodes.put(id, new Node(id));
    }
    restartScheduler();
  }

  private boolean isMember(NodeId id) {
    return id.incarnation() == CREATOR || nodes.containsKey(id);
  }

  int nodes() {
    return nodes.size();
  }

  // ---- messages

  private void send(String way, Runnable arrive) {
    ways.computeIfAbsent(way, key -> new ArrayDeque<>()).addLast(new Message(arrive));
  }

  /** Sends to the present scheduler; a later one does not get the message. */
  private void toBook(NodeId from, Runnable arrive) {
    int then = epoch;
    send("from " + from + " to " + epoch, () -> {
      if (then == epoch) {
        arrive.run();
      }
    });
  }

  /** Sends to the process that creates groups. */
  private void toCreator(Runnable arrive) {
    int then = epoch;
    send("to the creator from " + epoch, () -> {
      heardByCreator = Math.max(heardByCreator, then);
      if (then == heardByCreator) {
        arrive.run();
      }
    });
  }

  /** Queries a group whose known status is out of date, until there is an answer. */
  private void find(GroupTable asking, PlacementGroupId id) {
    if (book.awaitsReports() && !book.knows(id)) {
      doubted.add(() -> find(asking, id));
      return;
    }
    var status = book.find(id);
    if (status == null) {
      asking.end(id, book.endingOf(id));
    } else {
      asking.put(status);
    }
  }

  private interface NodeAction {
    void arrive(Node node);
  }

  private void toNode(NodeId to, NodeAction letter) {
    int then = epoch;
    send("to " + to + " from " + epoch, () -> {
      var node = nodes.get(to);
      if (node != null && node.shelf.accepts(then)) {
        letter.arrive(node);
      }
    });
  }

  private List<Deque<Message>> full() {
    return ways.values().stream().filter(way -> !way.isEmpty()).toList();
  }

  /** Delivers the oldest message of some channel. */
  boolean deliver() {
    var full = full();
    if (full.isEmpty()) {
      return false;
    }
    full.get(random.nextInt(full.size())).removeFirst().arrive().run();
    removeUnwanted();
    return true;
  }

  /** Loses the oldest message of some channel. */
  void loseSomething() {
    var full = full();
    if (!full.isEmpty()) {
      full.get(random.nextInt(full.size())).removeFirst();
    }
  }

  // ---- events

  void passTime(long millis) {
    now += millis;
    nodes.values().forEach(node -> node.shelf.expire(now));
    book.tick(() -> PlacementCapacity.of(view()), now);
    removeUnwanted();
    var again = List.copyOf(doubted);
    doubted.clear();
    again.forEach(Runnable::run);
  }

  void create(GroupSpec spec) {
    table.addUnready(spec);
    toBook(new NodeId(CREATOR), () -> {
      if (removed.contains(spec.id())) {
        return;
      }
      if (book.create(spec, now) == null) {
        made.add(spec.id());
        table.accepted(spec);
      } else {
        table.removeUnready(spec.id());
      }
    });
  }

  /** Removes a group; the request is repeated until a scheduler has handled it. */
  void remove(PlacementGroupId id) {
    table.end(id, GroupTermination.removed(""));
    made.remove(id);
    unwanted.add(id);
    removed.add(id);
    removeUnwanted();
  }

  private void removeUnwanted() {
    if (!book.isGathering()) {
      unwanted.forEach(id -> book.remove(id, GroupTermination.removed("")));
      unwanted.clear();
    }
  }

  /** Starts another scheduler, which asks everybody to report. */
  void restartScheduler() {
    epoch++;
    var all = new ArrayList<>(nodes.keySet());
    all.add(new NodeId(CREATOR));
    book = new GroupSchedulerState(PACE, new SimulatedEffects(), all, now);
    book.open();
  }

  void kill() {
    var ids = List.copyOf(nodes.keySet());
    var victim = ids.get(random.nextInt(ids.size()));
    nodes.remove(victim);
    book.left(victim, now);
  }

  void start() {
    var id = new NodeId(++names);
    nodes.put(id, new Node(id));
    book.joined(id);
  }

  private List<NodeView> view() {
    return nodes.values().stream().map(Node::view).toList();
  }

  /** Lets everything settle: no more messages are lost, and enough time passes. */
  void calm() {
    calm = true;
    for (int round = 0; round < 40; round++) {
      while (deliver()) {
        checkCapacity();
      }
      passTime(200);
    }
  }

  // ---- invariants

  void checkCapacity() {
    for (var node : nodes.values()) {
      if (node.taken() > capacity) {
        throw new AssertionError("node " + node.id + " has reserved " + node.taken());
      }
    }
  }

  /**
   * Checks that each committed bundle is at its node exactly once, and that nothing else is
   * anywhere.
   */
  void checkWhole() {
    assertThat(book.isGathering()).isFalse();
    var open = new HashMap<String, NodeId>();
    for (var node : nodes.values()) {
      assertThat(node.reserved).as("reservations at %s", node.id).isEmpty();
      node.open.forEach((key, amount) ->
          assertThat(open.put(key, node.id)).as("%s twice", key).isNull());
    }
    for (var status : book.all()) {
      assertThat(status.committed() || !status.why().isEmpty()).isTrue();
      var map = status.assignment();
      for (int bundle = 0; bundle < map.spec().size(); bundle++) {
        assertThat(open.remove(key(map.id(), bundle)))
            .as("bundle %s of %s", bundle, status)
            .isEqualTo(map.nodeOf(bundle));
      }
    }
    assertThat(open).as("bundles that nobody knows of").isEmpty();
    var living = book.all().stream().map(status -> status.assignment().id()).toList();
    for (var id : made) {
      assertThat(living)
          .as("what was made and not removed is there; %s: %s", id, table.past(id))
          .contains(id);
    }
    var believed = table.all().stream().map(status -> status.assignment().id()).toList();
    assertThat(living).as("what its program believes is there").containsAll(believed);
    assertThat(believed).as("what its program does not know").containsAll(made);
    assertThat(book.all().stream().filter(status -> !status.committed()))
        .as("groups that would fit, and wait")
        .noneMatch(
            status -> BundlePlanner.plan(wish(status.assignment()), PlacementCapacity.of(view()))
                instanceof BundlePlanner.Plan.Place);
  }

  private static BundlePlanner.PlanRequest wish(BundleAssignment map) {
    var placed = new HashMap<Integer, NodeId>();
    for (int i = 0; i < map.spec().size(); i++) {
      var place = map.nodeOf(i);
      if (place != null) {
        placed.put(i, place);
      }
    }
    return new BundlePlanner.PlanRequest(map.spec().strategy(), map.spec().resources(), placed);
  }

  void checkAllFree() {
    assertThat(book.all()).isEmpty();
    nodes.values().forEach(node -> assertThat(node.taken()).as("at %s", node.id).isZero());
  }

  private static String key(PlacementGroupId id, int bundle) {
    return id + "/" + bundle;
  }

  // ---- parts

  private final class SimulatedEffects implements SchedulerEffects {
    @Override
    public GroupStatus.Version nextVersion() {
      return new GroupStatus.Version(epoch, ++words);
    }

    @Override
    public void ask(NodeId id) {
      if (id.incarnation() == CREATOR) {
        toCreator(() -> {
          var report = new GroupReport(
              List.of(), List.of(), table.unreadyGroups(), known(table), List.copyOf(removed));
          toBook(id, () -> book.reported(id, report, true, now));
        });
      } else {
        toNode(id, node -> {
          var holdings = new GroupReport(
              node.shelf.held(),
              node.shelf.prepared(),
              List.of(),
              known(node.table),
              node.table.ended());
          toBook(id, () -> book.reported(id, holdings, true, now));
        });
      }
    }

    private static List<GroupReport.KnownGroup> known(GroupTable table) {
      return table.reportable(false).stream().map(GroupReport.KnownGroup::of).toList();
    }

    @Override
    public void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles) {
      toNode(at, node -> node.shelf.prepare(spec, attempt, bundles, now));
    }

    @Override
    public void commit(NodeId at, BundleAssignment map) {
      toNode(at, node -> node.shelf.commit(map));
    }

    @Override
    public void abort(NodeId at, PlacementGroupId id, int attempt) {
      toNode(at, node -> node.shelf.abort(id, attempt));
    }

    @Override
    public void remove(NodeId at, PlacementGroupId id, GroupTermination termination) {
      if (at.incarnation() == CREATOR) {
        toCreator(() -> table.end(id, termination));
      } else {
        toNode(at, node -> {
          node.table.end(id, termination);
          node.shelf.remove(id, termination);
        });
      }
    }

    @Override
    public void publish(GroupStatus status) {
      toAll(each -> each.put(status));
    }

    @Override
    public void ended(PlacementGroupId id, GroupTermination termination) {
      toAll(each -> each.end(id, termination));
    }

    @Override
    public void updatesComplete() {
      int by = epoch;
      toAll(each -> each.notConfirmedBy(by).forEach(id -> find(each, id)));
    }

    private void toAll(Consumer<GroupTable> letter) {
      toCreator(() -> letter.accept(table));
      List.copyOf(nodes.keySet()).forEach(id -> toNode(id, node -> letter.accept(node.table)));
    }
  }

  /** Node with reservations and a ledger that answers after any delay. */
  private final class Node implements BundleReservations.ReservationEffects {
    private final NodeId id;
    private final BundleReservations shelf;
    private final GroupTable table;
    private final Map<String, Map<Integer, Long>> reserved = new HashMap<>();
    private final Map<String, Long> open = new HashMap<>();

    Node(NodeId id) {
      this.id = id;
      this.shelf = new BundleReservations(id, HOLD, this);
      this.table = new GroupTable(id, SimulatedGroups.this::isMember);
    }

    long taken() {
      long reservations = reserved.values().stream()
          .flatMap(each -> each.values().stream())
          .mapToLong(Long::longValue)
          .sum();
      return reservations + open.values().stream().mapToLong(Long::longValue).sum();
    }

    NodeView view() {
      var total = Resources.none().withUnits("CPU", capacity);
      long stale = calm ? 0 : random.nextInt(3) - 1;
      long free = Math.clamp(capacity - taken() + stale, 0, capacity);
      return new NodeView(
          id, "n", Map.of(), total, Resources.none().withUnits("CPU", free), 0, 0, true);
    }

    @Override
    public void take(GroupSpec spec, int attempt, List<Integer> bundles) {
      send("ledger of " + id, () -> {
        if (!nodes.containsKey(id)) {
          return;
        }
        var amounts = new HashMap<Integer, Long>();
        bundles.forEach(bundle -> amounts.put(bundle, spec.bundle(bundle).units("CPU")));
        long sum = amounts.values().stream().mapToLong(Long::longValue).sum();
        boolean granted = taken() + sum <= capacity;
        if (granted) {
          reserved.put(spec.id() + " " + attempt, amounts);
        }
        shelf.taken(spec.id(), attempt, granted, now);
      });
    }

    @Override
    public void giveBack(PlacementGroupId group, int attempt) {
      assertThat(reserved.remove(group + " " + attempt)).isNotNull();
    }

    @Override
    public void open(BundleAssignment map, List<Integer> bundles) {
      var amounts = reserved.remove(map.id() + " " + map.attempt());
      assertThat(amounts).isNotNull();
      assertThat(amounts.keySet()).containsExactlyInAnyOrderElementsOf(bundles);
      amounts.forEach((bundle, amount) ->
          assertThat(open.put(key(map.id(), bundle), amount)).isNull());
    }

    @Override
    public void close(PlacementGroupId group, int bundle, GroupTermination termination) {
      assertThat(open.remove(key(group, bundle))).isNotNull();
    }

    @Override
    public void prepared(PlacementGroupId group, int attempt) {
      toBook(id, () -> book.prepared(id, group, attempt, now));
    }

    @Override
    public void refused(PlacementGroupId group, int attempt) {
      toBook(id, () -> book.refused(id, group, attempt, now));
    }

    @Override
    public void committed(PlacementGroupId group, int attempt, List<Integer> has) {
      toBook(id, () -> book.committed(id, group, attempt, has));
    }

    @Override
    public void removed(PlacementGroupId group) {
      toBook(id, () -> book.removed(id, group));
    }
  }
}
