package io.mobula.ps.shard;

/** What a frame is that a shard passes on to its standbys. */
public enum ShardFrameKind {
  /** The first weights. */
  START,
  /** A gradient of a dense table. */
  PUSH,
  /** Gradients of rows. */
  ROWS
}
