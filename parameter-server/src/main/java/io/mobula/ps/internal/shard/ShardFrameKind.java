package io.mobula.ps.internal.shard;

/** Kind of a frame that a shard forwards to its replicas. */
public enum ShardFrameKind {
  /** Initial weights of a dense table. */
  START,
  /** Gradient of a dense table. */
  PUSH,
  /** Gradients of rows of a sparse table. */
  ROWS
}
