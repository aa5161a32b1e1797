package io.mobula.contract;

import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.spi.ObjectDirectoryFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ServiceLoader;

/**
 * Runtime source that runs all tasks and actors in another process: the tests use a driver, which
 * has no resources. Both processes read each other's memory.
 */
public class OtherProcessRuntimeSource implements RuntimeSource {

  @Override
  public boolean isCluster() {
    return true;
  }

  @Override
  public boolean countsHolders() {
    return ServiceLoader.load(ObjectDirectoryFactory.class).findFirst().isPresent();
  }

  @Override
  public MobulaRuntime open(Settings settings) {
    var cpus = settings.values().get("mobula.resources.cpus");
    var cluster = LocalCluster.builder()
        .nodes(1)
        .cpusPerNode(cpus == null ? 2 : ((Number) cpus).doubleValue())
        .settings(settings)
        .start();
    return closingWith(cluster);
  }

  /** Returns the driver's runtime, whose {@code close} closes the cluster. */
  private static MobulaRuntime closingWith(LocalCluster cluster) {
    var runtime = cluster.runtime();
    return (MobulaRuntime) Proxy.newProxyInstance(
        OtherProcessRuntimeSource.class.getClassLoader(),
        new Class<?>[] {MobulaRuntime.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("close")) {
            cluster.close();
            return null;
          }
          method.setAccessible(true); // the interface that declares it is package-private
          try {
            return method.invoke(runtime, arguments);
          } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
          }
        });
  }
}
