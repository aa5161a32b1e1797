package io.mobula.gpu;

/** Connection between two devices of a host, from near to far. */
public enum DeviceLink {
  /** NVIDIA's own links, directly or through an NVLink switch. */
  NVLINK(0),
  /** AMD's own links between GPUs. */
  XGMI(0),
  /** Both devices are on one board. */
  BOARD(1),
  /** A connection through one PCI switch. */
  PCI_SWITCH(2),
  /** A connection through several PCI switches, without the processor. */
  PCI_SWITCHES(3),
  /** A connection through the processor, at one of its PCI bridges. */
  HOST_BRIDGE(4),
  /** A connection through the processor that both devices belong to. */
  NUMA_NODE(5);

  private final int distance;

  DeviceLink(int distance) {
    this.distance = distance;
  }

  /** Returns the distance, from 0; for comparisons only. */
  public int distance() {
    return distance;
  }
}
