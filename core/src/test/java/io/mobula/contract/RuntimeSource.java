package io.mobula.contract;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import org.junit.jupiter.api.Assumptions;

/**
 * Source of the contract suite's runtimes: a node in this JVM, or the class named by the system
 * property {@value #PROPERTY}.
 */
public interface RuntimeSource {
  /**
   * System property with the name of an implementation that has a constructor without parameters.
   */
  String PROPERTY = "mobula.contract.source";

  /** Opens a runtime with the resources of the settings, on any number of nodes. */
  MobulaRuntime open(Settings settings);

  /** Returns whether work runs in other processes than the submitter's. */
  default boolean isCluster() {
    return false;
  }

  /** Skips the calling test, with a reason, if there is a cluster. */
  static void assumeOneNode(String why) {
    Assumptions.assumeFalse(present().isCluster(), "of one node only: " + why);
  }

  /** Skips the calling test, with a reason, if there is no cluster. */
  static void assumeCluster(String why) {
    Assumptions.assumeTrue(present().isCluster(), "of a cluster only: " + why);
  }

  /**
   * Returns whether objects that other processes have referenced are freed when nothing holds them,
   * for which a directory is needed.
   */
  default boolean countsHolders() {
    return true;
  }

  /** Returns the source of this test run. */
  static RuntimeSource present() {
    var name = System.getProperty(PROPERTY, "");
    if (name.isEmpty()) {
      return Mobula::init;
    }
    try {
      return (RuntimeSource) Class.forName(name).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("-D" + PROPERTY + "=" + name + " names no runtime source", e);
    }
  }
}
