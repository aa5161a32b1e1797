package io.mobula.contract;

import io.mobula.MobulaRuntime;
import io.mobula.Settings;

/**
 * Runtime source that runs all tasks and actors in a process that behaves as if it were on another
 * host: neither process reads the other's memory, so that objects are transferred over the network.
 * Needs mobula-cluster-sharding-store.
 */
public final class OtherHostRuntimeSource extends OtherProcessRuntimeSource {

  @Override
  public MobulaRuntime open(Settings settings) {
    return super.open(settings.set("mobula.store.share-host", false));
  }
}
