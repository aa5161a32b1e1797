package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.util.Objects;

/**
 * Where work should run, beyond the resources it needs. A value; the default is
 * {@link #anywhere()}.
 *
 * <p>On a runtime of one node only {@link #anywhere()}, {@link #spread()}, {@link #preferring},
 * {@link #preferringLabels} and {@link #group(PlacementGroup)} mean something; the others are
 * refused with {@link io.mobula.error.InvalidRequestException} there.
 */
public sealed interface Placement {

  /** Mobula chooses: where the arguments are if that fits, else packed up to half, then spread. */
  static Placement anywhere() {
    return Anywhere.INSTANCE;
  }

  /**
   * As evenly over the nodes as their resources allow: requests of one program go round the nodes
   * that have room. Each task is placed by itself, which costs a lease.
   */
  static Placement spread() {
    return Spread.INSTANCE;
  }

  /** On that node, or nowhere. */
  static Placement on(NodeId node) {
    return new OnNode(node);
  }

  /** On that node while it has room, else anywhere. */
  static Placement preferring(NodeId node) {
    return new PreferredNode(node);
  }

  /** On the node that holds the value of {@code ref}. */
  static Placement near(ObjectRef<?> ref) {
    return new NearObject(ref);
  }

  /** In any bundle of a placement group: one that has room now, else the first that will. */
  static Group group(PlacementGroup group) {
    return new Group(group, Group.ANY, false);
  }

  /**
   * In that bundle of a placement group, counted from zero.
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
   * On a node whose labels match: terms with commas between them, all of which must hold, such as
   * {@code "zone in (a, b), disk=ssd, !spot"}. Also {@code !=}, {@code not in (...)} and {@code key
   * exists}.
   */
  static Placement labels(String selector) {
    return new Labels(selector);
  }

  /** On a node whose labels match while one has room, else anywhere; see {@link #labels}. */
  static Placement preferringLabels(String selector) {
    return new PreferredLabels(selector);
  }

  /** See {@link Placement#anywhere()}. */
  enum Anywhere implements Placement {
    /** The only one. */
    INSTANCE
  }

  /** See {@link Placement#spread()}. */
  enum Spread implements Placement {
    /** The only one. */
    INSTANCE
  }

  /** See {@link Placement#on}. */
  record OnNode(NodeId node) implements Placement {
    /** Refuses null. */
    public OnNode {
      Objects.requireNonNull(node, "node");
    }
  }

  /** See {@link Placement#preferring}. */
  record PreferredNode(NodeId node) implements Placement {
    /** Refuses null. */
    public PreferredNode {
      Objects.requireNonNull(node, "node");
    }
  }

  /** See {@link Placement#near}. */
  record NearObject(ObjectRef<?> ref) implements Placement {
    /** Refuses null. */
    public NearObject {
      Objects.requireNonNull(ref, "ref");
    }
  }

  /**
   * See {@link Placement#group(PlacementGroup)}.
   *
   * @param bundle its number, or {@link #ANY}
   * @param capturing whether what runs there puts the work that it submits there, too
   */
  record Group(PlacementGroup group, int bundle, boolean capturing) implements Placement {
    /** Any bundle. */
    public static final int ANY = -1;

    /** Refuses null, and a bundle that the group has not. */
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
     * The same, and the tasks and actors that work here submits go to any bundle of the group, and
     * so do theirs, unless they are given a placement themselves.
     */
    public Group capturingChildren() {
      return new Group(group, bundle, true);
    }
  }

  /** See {@link Placement#preferringLabels}. */
  record PreferredLabels(String selector) implements Placement {
    /** Refuses null. */
    public PreferredLabels {
      Objects.requireNonNull(selector, "selector");
    }
  }

  /** See {@link Placement#labels}. */
  record Labels(String selector) implements Placement {
    /** Refuses null. */
    public Labels {
      Objects.requireNonNull(selector, "selector");
    }
  }
}
