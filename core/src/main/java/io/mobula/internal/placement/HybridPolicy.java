package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.ClusterView;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Default placement policy, modelled on Ray's hybrid policy. In this order it prefers: the node
 * with most bytes of the arguments, if the work fits there; the submitting node, while that is
 * below half full; other nodes below half full, the fullest first, so that some nodes stay empty;
 * the least full node. Among equals it picks at random from the best few, so that concurrent
 * submitters do not all choose the same node. Work without GPUs avoids nodes with GPUs while it
 * can.
 *
 * <p>Spread requests go round robin, as in Ray: each starts at the node after that of the request
 * before, and takes the first node with enough free resources. Choosing the emptiest node would
 * send a whole burst to one node, since the view is some milliseconds old and does not know of
 * requests made in the meantime.
 *
 * <p>The policy is a pure function with a cache of the last columnar view. A decision looks at each
 * node once, at some nanoseconds a node, and sorts nothing: the best few are found by selection
 * (Hoare's FIND, 1961).
 */
public final class HybridPolicy implements PlacementPolicy {
  private static final double SPREAD_THRESHOLD = 0.5;
  private static final double TOP_FRACTION = 0.2;

  private volatile @Nullable ColumnarClusterView last;

  /** Creates a policy; its only state is a cache. */
  public HybridPolicy() {}

  @Override
  public Choice choose(
      PlacementRequest placementRequest, ClusterView view, RandomGenerator random) {
    if (placementRequest.placement() instanceof Placement.PreferredLabels(var selector)) {
      var there = decide(placementRequest, Placement.labels(selector), view, random);
      return there instanceof Choice.LeaseAt
          ? there
          : decide(placementRequest, Placement.anywhere(), view, random);
    }
    return new Decision(placementRequest, columns(view), random).choice();
  }

  private Choice decide(
      PlacementRequest placementRequest,
      Placement placement,
      ClusterView view,
      RandomGenerator random) {
    var changed = new PlacementRequest(
        placementRequest.wanted(),
        placement,
        placementRequest.local(),
        placementRequest.argumentBytes(),
        placementRequest.spreadIndex());
    return new Decision(changed, columns(view), random).choice();
  }

  private ColumnarClusterView columns(ClusterView view) {
    var present = last;
    if (present == null || !present.isOf(view)) {
      present = new ColumnarClusterView(view);
      last = present;
    }
    return present;
  }

  /** One decision on one request. */
  private static final class Decision {
    private final PlacementRequest placementRequest;
    private final ColumnarClusterView columns;
    private final RandomGenerator random;
    private final String[] names;
    private final long[] amounts;
    private final long[][] totals;
    private final long[][] free;
    private final DeviceRequirement devices;

    Decision(
        PlacementRequest placementRequest, ColumnarClusterView columns, RandomGenerator random) {
      this.placementRequest = placementRequest;
      this.columns = columns;
      this.random = random;
      var units = placementRequest.wanted().asUnits();
      names = units.keySet().stream()
          .filter(name -> !DeviceRequirement.isDeviceResource(name) || name.equals(Resources.GPU))
          .toArray(String[]::new);
      amounts = new long[names.length];
      totals = new long[names.length][];
      free = new long[names.length][];
      for (int i = 0; i < names.length; i++) {
        amounts[i] = placementRequest.wanted().units(names[i]);
        totals[i] = columns.totals(names[i]);
        free[i] = columns.free(names[i]);
      }
      devices = DeviceRequirement.of(placementRequest.wanted());
    }

    Choice choice() {
      var able = new int[columns.size()];
      int count = able(able);
      if (count == 0) {
        return new Choice.Infeasible(
            SchedulingMessages.never(placementRequest, accepting(), allowed()));
      }
      int target = target(able, count);
      if (target >= 0 && placementRequest.placement() instanceof Placement.NearObject) {
        able[0] = target; // the value is on that node, so the work waits there
        count = 1;
      }
      var open = new int[count];
      int opens = 0;
      for (int i = 0; i < count; i++) {
        if (isOpen(able[i])) {
          open[opens++] = able[i];
        }
      }
      if (opens == 0) {
        var busy = Arrays.stream(able, 0, count).mapToObj(columns::node).toList();
        return new Choice.QueueAt(
            shortestQueue(busy).id(), SchedulingMessages.busy(placementRequest, busy));
      }
      boolean targetIsOpen = target >= 0 && isOpen(target);
      int chosen = targetIsOpen ? target : spreadOrPack(able, count, open, opens);
      return new Choice.LeaseAt(columns.node(chosen).id());
    }

    // ---- which nodes are eligible

    private int able(int[] able) {
      var allowed = allowing(placementRequest.placement());
      int count = 0;
      for (int i = 0; i < able.length; i++) {
        var node = columns.node(i);
        if (node.acceptsWork()
            && covers(totals, i)
            && (devices.isNone() || devices.canEverFit(node.devices()))
            && allowed.allows(node)) {
          able[count++] = i;
        }
      }
      return count;
    }

    private boolean isOpen(int index) {
      return covers(free, index)
          && (devices.isNone() || devices.fits(columns.node(index).devices()));
    }

    private boolean covers(long[][] had, int index) {
      for (int i = 0; i < amounts.length; i++) {
        if (had[i][index] < amounts[i]) {
          return false;
        }
      }
      return true;
    }

    private interface NodeFilter {
      boolean allows(NodeView node);
    }

    private static NodeFilter allowing(Placement placement) {
      return switch (placement) {
        case Placement.Anywhere anywhere -> node -> true;
        case Placement.Spread spread -> node -> true;
        case Placement.NearObject nearObject -> node -> true;
        case Placement.PreferredNode preferredNode -> node -> true;
        case Placement.PreferredLabels labels -> node -> true;
        case Placement.OnNode(var id) -> node -> node.id().equals(id);
        case Placement.Labels(var selector) -> {
          var wanted = LabelSelector.parse(selector);
          yield node -> wanted.matches(node.labels());
        }
        case Placement.Group group -> node -> false;
      };
    }

    private List<NodeView> accepting() {
      return columns.nodes().stream().filter(NodeView::acceptsWork).toList();
    }

    private List<NodeView> allowed() {
      var allowed = allowing(placementRequest.placement());
      return accepting().stream().filter(allowed::allows).toList();
    }

    // ---- which node is best

    /** Returns the index of the preferred node; -1 if there is none. */
    private int target(int[] able, int count) {
      return switch (placementRequest.placement()) {
        case Placement.PreferredNode(var id) -> find(id, able, count);
        case Placement.Spread spread -> -1;
        case Placement.Group group -> -1;
        case Placement.Anywhere anywhere -> mostBytes(able, count);
        case Placement.NearObject nearObject -> mostBytes(able, count);
        case Placement.OnNode on -> mostBytes(able, count);
        case Placement.Labels labels -> mostBytes(able, count);
        case Placement.PreferredLabels labels -> mostBytes(able, count);
      };
    }

    private int find(NodeId id, int[] among, int count) {
      for (int i = 0; i < count; i++) {
        if (columns.node(among[i]).id().equals(id)) {
          return among[i];
        }
      }
      return -1;
    }

    private int mostBytes(int[] able, int count) {
      int best = -1;
      long most = 0;
      if (!placementRequest.argumentBytes().isEmpty()) {
        for (int i = 0; i < count; i++) {
          var id = columns.node(able[i]).id();
          long bytes = placementRequest.argumentBytes().getOrDefault(id, 0L);
          if (bytes > most || (bytes == most && bytes > 0 && id.equals(placementRequest.local()))) {
            most = bytes;
            best = able[i];
          }
        }
      }
      return best;
    }

    private int spreadOrPack(int[] able, int count, int[] open, int opens) {
      if (placementRequest.placement() instanceof Placement.Spread) {
        return next(able, count);
      }
      int local = find(placementRequest.local(), open, opens);
      return local >= 0 && fullness(local) < SPREAD_THRESHOLD ? local : amongTheBest(open, opens);
    }

    /**
     * Returns the first node with free resources, from the turn's node on. At least one has them.
     */
    private int next(int[] able, int count) {
      int at = (int) Math.floorMod(placementRequest.spreadIndex(), (long) count);
      while (!isOpen(able[at])) {
        at = (at + 1) % count;
      }
      return able[at];
    }

    private int amongTheBest(int[] open, int count) {
      var ranks = new double[columns.size()];
      for (int i = 0; i < count; i++) {
        ranks[open[i]] = rank(open[i]);
      }
      int few = Math.max(1, (int) (count * TOP_FRACTION));
      select(open, count, few, ranks);
      return open[random.nextInt(few)];
    }

    /**
     * Returns the rank of a node, lower is better: below half full the fullest first, above it the
     * emptiest first; nodes with GPUs last if the work wants none.
     */
    private double rank(int index) {
      double fullness = fullness(index);
      double packed = fullness < SPREAD_THRESHOLD ? -fullness : fullness;
      boolean keepsOff = devices.isNone() && columns.totals(Resources.GPU)[index] > 0;
      return keepsOff ? packed + 2 : packed;
    }

    /**
     * Returns the used fraction of the node's scarcest resource among CPUs, memory, store and the
     * wanted ones.
     */
    private double fullness(int index) {
      double most = columns.fullness(index);
      for (int i = 0; i < names.length; i++) {
        long total = totals[i][index];
        most = total == 0 ? most : Math.max(most, 1 - (double) free[i][index] / total);
      }
      return most;
    }

    private boolean isBetter(int one, int other, double[] ranks) {
      return ranks[one] < ranks[other]
          || (ranks[one] == ranks[other]
              && columns.node(one).id().incarnation() < columns.node(other).id().incarnation());
    }

    /** Moves the {@code best} indices with the lowest ranks to the front. */
    private void select(int[] indices, int count, int best, double[] ranks) {
      int from = 0;
      int to = count - 1;
      while (from < to) {
        int pivot = indices[(from + to) >>> 1];
        int low = from;
        int high = to;
        while (low <= high) {
          while (isBetter(indices[low], pivot, ranks)) {
            low++;
          }
          while (isBetter(pivot, indices[high], ranks)) {
            high--;
          }
          if (low <= high) {
            int swapped = indices[low];
            indices[low++] = indices[high];
            indices[high--] = swapped;
          }
        }
        if (best - 1 <= high) {
          to = high;
        } else if (best - 1 >= low) {
          from = low;
        } else {
          return;
        }
      }
    }

    private NodeView shortestQueue(List<NodeView> able) {
      int shortest = able.stream().mapToInt(NodeView::queued).min().orElseThrow();
      var among = able.stream().filter(node -> node.queued() == shortest).toList();
      return among.stream()
          .filter(node -> node.id().equals(placementRequest.local()))
          .findFirst()
          .orElseGet(() -> among.get(random.nextInt(among.size())));
    }
  }
}
