package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Search for the nodes of bundles; a pure computation, for one use.
 *
 * <p>Placing bundles of several resources on nodes of several sizes is vector bin packing, for
 * which no fast exact method is known. The search places the largest bundles first and backtracks
 * at most {@link #MAX_BACKTRACKS} times: small groups get an optimal answer, large ones that of
 * first fit. Bundles that may not share a node are a matching in a bipartite graph, found by
 * augmenting paths (Kuhn, 1955).
 */
final class BundleSearch {
  private static final int MAX_BACKTRACKS = 5_000;

  private final BundlePlanner.PlanRequest request;
  private final List<NodeView> nodes;
  private final String[] names;
  private final int[] open;
  private final long[][] wanted;
  private final long[][] free;
  private final DeviceRequirement[] needs;
  private final FreeDevices[] devices;
  private final long[][] taken;
  private final long[] largest;
  private final int[] counts;
  private final boolean[] used;
  private final int[] chosen;
  private final boolean wantsGpu;
  private int back;

  /**
   * Creates a search over the nodes.
   *
   * @param free the resources of each node that the search may use
   * @param devices the accelerators of each node that the search may use
   */
  BundleSearch(
      BundlePlanner.PlanRequest request,
      List<NodeView> nodes,
      List<Resources> free,
      List<List<DeviceView>> devices) {
    this.request = request;
    this.nodes = nodes;
    var bundles = request.open().stream().map(request.bundles()::get).toList();
    this.names = bundles.stream()
        .flatMap(bundle -> bundle.asUnits().keySet().stream())
        .filter(name -> !DeviceRequirement.isDeviceResource(name))
        .distinct()
        .toArray(String[]::new);
    this.free = free.stream().map(this::amounts).toArray(long[][]::new);
    this.largest = new long[names.length];
    for (var each : this.free) {
      for (int i = 0; i < names.length; i++) {
        largest[i] = Math.max(largest[i], each[i]);
      }
    }
    this.open = request.open().stream()
        .sorted(Comparator.comparingDouble(
            (Integer bundle) -> -size(request.bundles().get(bundle))))
        .mapToInt(Integer::intValue)
        .toArray();
    this.wanted = Arrays.stream(open)
        .mapToObj(bundle -> amounts(request.bundles().get(bundle)))
        .toArray(long[][]::new);
    this.needs = Arrays.stream(open)
        .mapToObj(bundle -> DeviceRequirement.of(request.bundles().get(bundle)))
        .toArray(DeviceRequirement[]::new);
    this.devices = devices.stream().map(FreeDevices::new).toArray(FreeDevices[]::new);
    this.taken = new long[open.length][];
    this.wantsGpu = Arrays.stream(needs).anyMatch(need -> !need.isNone());
    this.counts = new int[nodes.size()];
    this.used = new boolean[nodes.size()];
    this.chosen = new int[open.length];
    for (var place : request.placed().values()) {
      int at = indexOf(place);
      if (at >= 0) {
        counts[at]++;
        used[at] = true;
      }
    }
  }

  private long[] amounts(Resources resources) {
    return Arrays.stream(names).mapToLong(resources::units).toArray();
  }

  private int indexOf(NodeId id) {
    return IntStream.range(0, nodes.size())
        .filter(node -> nodes.get(node).id().equals(id))
        .findFirst()
        .orElse(-1);
  }

  /** Returns the node of each unplaced bundle, or null if they do not fit. */
  @Nullable
  Map<Integer, NodeId> find() {
    boolean found = open.length == 0 || (mayBeFeasible() && search());
    if (!found) {
      return null;
    }
    var result = new HashMap<Integer, NodeId>();
    for (int i = 0; i < open.length; i++) {
      result.put(open[i], nodes.get(chosen[i]).id());
    }
    return result;
  }

  private boolean search() {
    return switch (request.strategy()) {
      case STRICT_PACK -> onOne();
      case STRICT_SPREAD -> eachAlone();
      case PACK -> onFewest();
      case SPREAD -> mostEven();
    };
  }

  /** Returns whether each bundle fits on some node, and their sum on all nodes together. */
  private boolean mayBeFeasible() {
    var sum = new long[names.length];
    for (var each : wanted) {
      add(sum, each, 1);
    }
    var all = new long[names.length];
    for (var each : free) {
      add(all, each, 1);
    }
    return covers(all, sum)
        && IntStream.range(0, open.length)
            .allMatch(
                bundle -> IntStream.range(0, nodes.size()).anyMatch(node -> hasRoom(node, bundle)));
  }

  private boolean hasRoom(int node, int bundle) {
    return covers(free[node], wanted[bundle]) && devices[node].covers(needs[bundle]);
  }

  // ---- all on one node

  private boolean onOne() {
    var home = request.placed().values().stream().findFirst();
    int best = IntStream.range(0, nodes.size())
        .filter(node -> home.isEmpty() || nodes.get(node).id().equals(home.get()))
        .filter(this::hasRoomForAll)
        .boxed()
        .min(Comparator.comparingDouble(node -> gpuPenalty(node) + share(free[node])))
        .orElse(-1);
    Arrays.fill(chosen, best);
    return best >= 0;
  }

  private boolean hasRoomForAll(int node) {
    int bundle = 0;
    while (bundle < open.length && hasRoom(node, bundle)) {
      take(bundle++, node);
    }
    boolean all = bundle == open.length;
    while (bundle > 0) {
      putBack(--bundle, node, true);
    }
    return all;
  }

  // ---- each on a node of its own

  private boolean eachAlone() {
    var bundleAt = new int[nodes.size()];
    Arrays.fill(bundleAt, -1);
    var order = byRank(Comparator.comparingDouble(node -> gpuPenalty(node) + share(free[node])));
    for (int bundle = 0; bundle < open.length; bundle++) {
      if (!augment(bundle, bundleAt, order, new boolean[nodes.size()])) {
        return false;
      }
    }
    for (int node = 0; node < bundleAt.length; node++) {
      if (bundleAt[node] >= 0) {
        chosen[bundleAt[node]] = node;
      }
    }
    return true;
  }

  private boolean augment(int bundle, int[] bundleAt, int[] order, boolean[] seen) {
    for (int node : order) {
      if (seen[node] || used[node] || !hasRoom(node, bundle)) {
        continue;
      }
      seen[node] = true;
      if (bundleAt[node] < 0 || augment(bundleAt[node], bundleAt, order, seen)) {
        bundleAt[node] = bundle;
        return true;
      }
    }
    return false;
  }

  // ---- on few nodes, or evenly over many

  private boolean onFewest() {
    for (int more = fewest(); more <= Math.min(open.length, nodes.size()); more++) {
      if (place(0, more, Integer.MAX_VALUE)) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many additional nodes are needed at least, by the sums of each resource. */
  private int fewest() {
    int fewest = 0;
    for (int i = 0; i < names.length; i++) {
      int name = i;
      long left = Arrays.stream(wanted).mapToLong(each -> each[name]).sum();
      for (int node = 0; node < free.length; node++) {
        left -= used[node] ? free[node][name] : 0;
      }
      var fresh = IntStream.range(0, free.length)
          .filter(node -> !used[node])
          .mapToLong(node -> free[node][name])
          .sorted()
          .toArray();
      int count = 0;
      while (left > 0 && count < fresh.length) {
        left -= fresh[fresh.length - ++count];
      }
      fewest = Math.max(fewest, count);
    }
    return fewest;
  }

  private boolean mostEven() {
    int all = request.bundles().size();
    for (int each = nodes.isEmpty() ? all : Math.ceilDiv(all, nodes.size()); each <= all; each++) {
      if (place(0, Integer.MAX_VALUE, each)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Places the bundles from this index on.
   *
   * @param more how many additional nodes may be used
   * @param each how many bundles a node may have
   */
  private boolean place(int bundle, int more, int each) {
    if (bundle == open.length) {
      return true;
    }
    for (int node : candidates(bundle)) {
      boolean fresh = !used[node];
      if ((fresh && more == 0) || counts[node] >= each) {
        continue;
      }
      take(bundle, node);
      if (place(bundle + 1, fresh ? more - 1 : more, each)) {
        chosen[bundle] = node;
        return true;
      }
      putBack(bundle, node, fresh);
      if (++back > MAX_BACKTRACKS) {
        return false;
      }
    }
    return false;
  }

  private int[] candidates(int bundle) {
    Comparator<Integer> order = switch (request.strategy()) {
      case PACK, STRICT_PACK ->
        Comparator.comparing((Integer node) -> !used[node])
            .thenComparingDouble(node -> gpuPenalty(node) - share(free[node]));
      case SPREAD, STRICT_SPREAD ->
        Comparator.comparingInt((Integer node) -> counts[node])
            .thenComparingDouble(node -> gpuPenalty(node) - share(free[node]));
    };
    return Arrays.stream(byRank(order)).filter(node -> hasRoom(node, bundle)).toArray();
  }

  private int[] byRank(Comparator<Integer> order) {
    return IntStream.range(0, nodes.size())
        .boxed()
        .sorted(order)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private void take(int bundle, int node) {
    add(free[node], wanted[bundle], -1);
    taken[bundle] = devices[node].take(needs[bundle]);
    counts[node]++;
    used[node] = true;
  }

  private void putBack(int bundle, int node, boolean fresh) {
    add(free[node], wanted[bundle], 1);
    devices[node].putBack(taken[bundle]);
    counts[node]--;
    used[node] = !fresh;
  }

  // ---- arithmetic

  private static void add(long[] to, long[] amounts, int times) {
    for (int i = 0; i < to.length; i++) {
      to[i] += times * amounts[i];
    }
  }

  private static boolean covers(long[] had, long[] wanted) {
    for (int i = 0; i < had.length; i++) {
      if (had[i] < wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private double size(Resources bundle) {
    var need = DeviceRequirement.of(bundle);
    return share(amounts(bundle)) + need.count() + (double) need.share() / Resources.UNITS_PER_ONE;
  }

  /** Returns these amounts as fractions of the largest node's, summed over all resources. */
  private double share(long[] amounts) {
    double share = 0;
    for (int i = 0; i < amounts.length; i++) {
      share += largest[i] == 0 ? amounts[i] : (double) amounts[i] / largest[i];
    }
    return share;
  }

  /**
   * Returns the penalty of a node with accelerators for bundles that want none; it exceeds any
   * share.
   */
  private double gpuPenalty(int node) {
    return !wantsGpu && nodes.get(node).total().units(Resources.GPU) > 0 ? names.length + 1 : 0;
  }
}
