package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The two object streams that a graph shows to serialization hooks, made when first needed. */
final class Hooks {
  private final Graph graph;
  private @Nullable HookOutput output;
  private @Nullable HookInput input;

  Hooks(Graph graph) {
    this.graph = graph;
  }

  HookOutput output(Output to) {
    HookOutput stream = output;
    if (stream == null) {
      try {
        stream = new HookOutput(graph);
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      output = stream;
    }
    stream.to(to);
    return stream;
  }

  HookInput input(SegmentInput from) {
    HookInput stream = input;
    if (stream == null) {
      try {
        stream = new HookInput(graph, from);
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      input = stream;
    }
    return stream;
  }
}
