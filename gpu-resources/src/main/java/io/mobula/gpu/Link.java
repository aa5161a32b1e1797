package io.mobula.gpu;

/** How two devices of a host reach each other, from near to far. */
public enum Link {
  /** Over NVIDIA's own links, directly or through a switch of theirs. */
  NVLINK,
  /** Over AMD's own links. */
  XGMI,
  /** They share a board. */
  BOARD,
  /** Through one PCI switch. */
  PCI_SWITCH,
  /** Through several PCI switches, without the processor. */
  PCI_SWITCHES,
  /** Through the processor, at one of its PCI bridges. */
  HOST_BRIDGE,
  /** Through the processor that both belong to. */
  NUMA_NODE
}
