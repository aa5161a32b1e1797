package io.mobula.placement;

import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.InvalidRequestException;
import java.util.Objects;

/**
 * Rule for where work runs, in addition to the resources it needs. A value; the default is
 * {@link #anywhere()}.
 *
 * <p>On a runtime without a cluster {@link #on}, {@link #near} and {@link #labels} are refused with
 * an {@link io.mobula.error.InvalidRequestException}.
 */
public sealed interface Placement {

  /**
   * Returns the default placement: the node that holds the arguments if it has room, else nodes
   * packed up to half of their resources, then spread.
   */
  static Placement anywhere() {
    return Anywhere.INSTANCE;
  }

  /**
   * Returns a placement that spreads work as evenly over the nodes as their resources allow:
   * requests of one program go round the nodes that have room. Each task is placed by itself, which
   * costs a lease.
   */
  static Placement spread() {
    return Spread.INSTANCE;
  }

  /** Returns a placement on that node only. */
  static Placement on(NodeId node) {
    return new OnNode(node);
  }

  /** Returns a placement on that node while it has room, else on any node. */
  static Placement preferring(NodeId node) {
    return new PreferredNode(node);
  }

  /** Returns a placement on the node that holds the value of {@code ref}. */
  static Placement near(ObjectRef<?> ref) {
    return new NearObject(ref);
  }

  /**
   * Returns a placement in any bundle of a placement group: one that has room now, else the first
   * that will.
   */
  static Group group(PlacementGroup group) {
    return new Group(group, Group.ANY, false);
  }

  /**
   * Returns a placement in one bundle of a placement group, counted from zero.
   *
   * @throws io.mobula.error.InvalidRequestException when the group has no such bundle
   */
  static Group group(PlacementGroup group, int bundle) {
    if (bundle < 0) {
      throw Group.noSuchBundle(group, bundle);
    }
    return new Group(group, bundle, false);
  }

  /**
   * Returns a placement on nodes whose labels match a selector: terms separated by commas, all of
   * which must hold, such as {@code "zone in (a, b), disk=ssd, !spot"}. Terms may also use
   * {@code !=}, {@code not in (...)} and {@code key exists}.
   */
  static Placement labels(String selector) {
    return new Labels(selector);
  }

  /**
   * Returns a placement on nodes whose labels match while one of them has room, else on any node;
   * see {@link #labels}.
   */
  static Placement preferringLabels(String selector) {
    return new PreferredLabels(selector);
  }

  /** Placement on any node; see {@link Placement#anywhere()}. */
  enum Anywhere implements Placement {
    /** The only instance of this type. */
    INSTANCE
  }

  /** Placement spread over all nodes; see {@link Placement#spread()}. */
  enum Spread implements Placement {
    /** The only instance of this type. */
    INSTANCE
  }

  /** Placement on one node; see {@link Placement#on}. */
  record OnNode(NodeId node) implements Placement {
    /** Refuses a null component. */
    public OnNode {
      Objects.requireNonNull(node, "node");
    }
  }

  /** Placement that prefers one node; see {@link Placement#preferring}. */
  record PreferredNode(NodeId node) implements Placement {
    /** Refuses a null component. */
    public PreferredNode {
      Objects.requireNonNull(node, "node");
    }
  }

  /** Placement near an object; see {@link Placement#near}. */
  record NearObject(ObjectRef<?> ref) implements Placement {
    /** Refuses a null component. */
    public NearObject {
      Objects.requireNonNull(ref, "ref");
    }
  }

  /**
   * Placement in a placement group; see {@link Placement#group(PlacementGroup)}.
   *
   * @param bundle index of the bundle, or {@link #ANY}
   * @param capturing whether tasks and actors that the work submits run in the group, too
   */
  record Group(PlacementGroup group, int bundle, boolean capturing) implements Placement {
    /** Index that means any bundle. */
    public static final int ANY = -1;

    /** Refuses null, and a bundle that the group does not have. */
    public Group {
      Objects.requireNonNull(group, "group");
      if (bundle < ANY || bundle >= group.bundles().size()) {
        throw noSuchBundle(group, bundle);
      }
    }

    static InvalidRequestException noSuchBundle(PlacementGroup group, int bundle) {
      return new InvalidRequestException("Wanted bundle " + bundle + " of " + group + ": it has "
          + group.bundles().size() + ", numbered from 0.");
    }

    /**
     * Returns this placement, extended to children: tasks and actors that the work submits,
     * directly or indirectly, run in any bundle of the group unless they have a placement of their
     * own.
     */
    public Group capturingChildren() {
      return new Group(group, bundle, true);
    }
  }

  /** Placement that prefers nodes by their labels; see {@link Placement#preferringLabels}. */
  record PreferredLabels(String selector) implements Placement {
    /** Refuses a null component. */
    public PreferredLabels {
      Objects.requireNonNull(selector, "selector");
    }
  }

  /** Placement on nodes selected by their labels; see {@link Placement#labels}. */
  record Labels(String selector) implements Placement {
    /** Refuses a null component. */
    public Labels {
      Objects.requireNonNull(selector, "selector");
    }
  }
}
