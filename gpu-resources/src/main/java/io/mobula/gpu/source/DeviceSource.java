package io.mobula.gpu.source;

import io.mobula.gpu.DeviceUsage;
import java.util.List;

/**
 * Source of information about accelerators. It never throws because of what it finds: a broken
 * driver is a {@link SourceResult}, too. Blocks; for one thread at a time.
 */
public interface DeviceSource extends AutoCloseable {

  /** Returns the name for people, such as {@code nvidia-smi}. */
  String name();

  /** Reads the present devices from the driver. */
  SourceResult read();

  /**
   * Returns the present usage of the devices of the last reading. Devices that do not answer are
   * missing.
   */
  List<DeviceUsage> sample();

  /** Releases the driver's resources. A later reading opens it again. */
  @Override
  void close();
}
