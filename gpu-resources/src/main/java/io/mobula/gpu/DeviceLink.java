package io.mobula.gpu;

/** How two devices of a host reach each other, from near to far. */
public enum DeviceLink {
  /** Over NVIDIA's own links, directly or through a switch of theirs. */
  NVLINK(0),
  /** Over AMD's own links. */
  XGMI(0),
  /** They share a board. */
  BOARD(1),
  /** Through one PCI switch. */
  PCI_SWITCH(2),
  /** Through several PCI switches, without the processor. */
  PCI_SWITCHES(3),
  /** Through the processor, at one of its PCI bridges. */
  HOST_BRIDGE(4),
  /** Through the processor that both belong to. */
  NUMA_NODE(5);

  private final int distance;

  DeviceLink(int distance) {
    this.distance = distance;
  }

  /** How far, from 0 on; for comparisons only. */
  public int distance() {
    return distance;
  }
}
