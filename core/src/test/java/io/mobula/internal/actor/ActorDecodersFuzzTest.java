package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.fuzz.DecoderFuzzer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.placement.Placement;
import io.mobula.spi.ActorOptions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzz test of the decoders for altered descriptions of actors, in frames and in files, and for
 * altered tables of applied calls: each input is decoded or rejected. The first byte of an input
 * selects the decoder.
 */
class ActorDecodersFuzzTest {
  private static final int KINDS = 4;

  static Stream<Arguments> seeds() {
    return written().stream().map(bytes -> Arguments.of((Object) bytes));
  }

  private static List<byte[]> written() {
    var calls = new AppliedCalls();
    for (int i = 1; i <= 3; i++) {
      var origin = new CallOrigin(new NodeId(7), 1, i, 1, false);
      calls.markApplied(origin, new CompletionRecord(CompletionRecord.Kind.VALUE, new byte[i]));
    }
    var descriptor = ActorDescriptor.of(new ActorId(3, 4), "Counter", ActorOptions.DEFAULT);
    var shown = new FrameWriter().octet(0);
    new ActorDescriptor.SerializedHandle(
            descriptor, new ActorAddress(new NodeId(5), 2), new NodeId(3))
        .write(shown);
    var options = new FrameWriter().octet(1);
    ActorFrames.writeOptions(options, ActorOptions.DEFAULT);
    ActorFrames.writePlacement(options, Placement.labels("zone=a"));
    var progress = new FrameWriter().octet(2);
    new ActorOwnerState(2, 1, new ActorAddress(new NodeId(5), 2), true, new CheckpointVersion(1, 7))
        .write(progress);
    var table = new FrameWriter().octet(3).block(calls.toBytes());
    return List.of(shown.toBytes(), options.toBytes(), progress.toBytes(), table.toBytes());
  }

  private static void read(byte[] bytes) {
    var in = new FrameReader(bytes);
    switch (in.octet() % KINDS) {
      case 0 -> ActorDescriptor.SerializedHandle.read(in);
      case 1 -> ActorFrames.readOptions(in, ActorFrames::readPlacement);
      case 2 -> ActorOwnerState.read(in);
      default -> assertThat(AppliedCalls.read(in.block()).size()).isNotNegative();
    }
  }

  @Tag("fuzz")
  @Test
  void whatIsAlteredIsReadOrRefused() {
    DecoderFuzzer.search(
        "descriptions of actors",
        100,
        written(),
        failure -> failure instanceof MobulaException,
        ActorDecodersFuzzTest::read);
  }

  @MethodSource("seeds")
  @Tag("jazzer")
  @FuzzTest(maxDuration = "10s")
  void whateverTheBytesAre(byte[] bytes) {
    try {
      read(bytes);
    } catch (MobulaException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
