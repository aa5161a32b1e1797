package io.mobula.gpu.source;

import io.mobula.gpu.DeviceUsage;
import java.util.List;

/**
 * One way to learn of accelerators. Throws nothing for what it finds: a broken driver is a
 * {@link SourceResult}, too. Blocks; for one thread at a time.
 */
public interface DeviceSource extends AutoCloseable {

  /** What people call it, such as {@code nvidia-smi}. */
  String name();

  /** Looks anew. */
  SourceResult read();

  /** How busy the devices of the last reading are; those that do not answer are missing. */
  List<DeviceUsage> sample();

  /** Lets go of the driver; reading again begins anew. */
  @Override
  void close();
}
