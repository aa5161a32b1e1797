package io.mobula.contract;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import org.junit.jupiter.api.Assumptions;

/**
 * Where the contract suite gets its runtimes from: a node in this JVM, or whatever the class named
 * by the system property {@value #PROPERTY} opens.
 */
public interface RuntimeSource {
  /** Names a class with a constructor without parameters that implements this interface. */
  String PROPERTY = "mobula.contract.source";

  /** Opens a runtime whose resources are what the settings say, on as many nodes as it likes. */
  MobulaRuntime open(Settings settings);

  /** Whether work runs in processes other than the one that submits it. */
  default boolean isCluster() {
    return false;
  }

  /** Skips the test that calls it where there is a cluster, and says why. */
  static void assumeOneNode(String why) {
    Assumptions.assumeFalse(present().isCluster(), "of one node only: " + why);
  }

  /** The opposite of {@link #assumeOneNode}. */
  static void assumeCluster(String why) {
    Assumptions.assumeTrue(present().isCluster(), "of a cluster only: " + why);
  }

  /**
   * Whether objects that have left their process are dropped when nobody holds them, as a directory
   * sees to.
   */
  default boolean countsHolders() {
    return true;
  }

  /** The source that this run uses. */
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
