package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The two object streams that a graph codec passes to serialization hooks, created on first use.
 */
final class HookStreams {
  private final GraphCodec graph;
  private @Nullable HookOutputStream output;
  private @Nullable HookInputStream input;

  HookStreams(GraphCodec graph) {
    this.graph = graph;
  }

  HookOutputStream output(Output to) {
    HookOutputStream stream = output;
    if (stream == null) {
      try {
        stream = new HookOutputStream(graph);
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      output = stream;
    }
    stream.setOutput(to);
    return stream;
  }

  HookInputStream input(SegmentInput from) {
    HookInputStream stream = input;
    if (stream == null) {
      try {
        stream = new HookInputStream(graph, from);
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      input = stream;
    }
    return stream;
  }
}
