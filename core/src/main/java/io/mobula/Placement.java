package io.mobula;

import java.util.Objects;

/**
 * Where work should run, beyond the resources it needs. A value; the default is
 * {@link #anywhere()}.
 *
 * <p>On a runtime of one node only {@link #anywhere()}, {@link #spread()} and {@link #preferring}
 * mean something; the others are refused with {@link io.mobula.error.InvalidRequestException}
 * there.
 */
public sealed interface Placement {

  /** Mobula chooses: where the arguments are if that fits, else packed up to half, then spread. */
  static Placement anywhere() {
    return Anywhere.INSTANCE;
  }

  /** As evenly over the nodes as their resources allow. */
  static Placement spread() {
    return Spread.INSTANCE;
  }

  /** On that node, or nowhere. */
  static Placement on(NodeId node) {
    return new OnNode(node);
  }

  /** On that node while it has room, else anywhere. */
  static Placement preferring(NodeId node) {
    return new Preferring(node);
  }

  /** On the node that holds the value of {@code ref}. */
  static Placement near(ObjectRef<?> ref) {
    return new Near(ref);
  }

  /** In a bundle of a placement group. */
  static Placement group(String group, int bundle) {
    return new Group(group, bundle);
  }

  /**
   * On a node whose labels match: terms with commas between them, all of which must hold, such as
   * {@code "zone in (a, b), disk=ssd, !spot"}. Also {@code !=}, {@code not in (...)} and {@code key
   * exists}.
   */
  static Placement labels(String selector) {
    return new Labels(selector);
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
  record Preferring(NodeId node) implements Placement {
    /** Refuses null. */
    public Preferring {
      Objects.requireNonNull(node, "node");
    }
  }

  /** See {@link Placement#near}. */
  record Near(ObjectRef<?> ref) implements Placement {
    /** Refuses null. */
    public Near {
      Objects.requireNonNull(ref, "ref");
    }
  }

  /** See {@link Placement#group}. */
  record Group(String group, int bundle) implements Placement {
    /** Refuses null. */
    public Group {
      Objects.requireNonNull(group, "group");
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
