package io.mobula.contract;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;

/**
 * Where the contract suite gets its runtimes from: a node in this JVM, or whatever the class named
 * by the system property {@value #PROPERTY} opens.
 */
public interface RuntimeSource {
  /** Names a class with a constructor without parameters that implements this interface. */
  String PROPERTY = "mobula.contract.source";

  /** Opens a runtime whose resources are what the settings say, on as many nodes as it likes. */
  MobulaRuntime open(Settings settings);

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
