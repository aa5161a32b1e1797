package io.mobula.testkit.fault;

import akka.actor.ExtendedActorSystem;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import io.mobula.Settings;
import io.mobula.internal.lane.FrameEnvelopeSerializer;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serializer of frames between hosts that loses, repeats, swaps and delays some of the frames it
 * reads, as {@link FrameFaults} says. An envelope contains its sender, receiver and sequence
 * number, so another one may be delivered in its place. Created by Akka; safe for all threads.
 */
public final class FaultyFrameSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  private static final String KEY = "mobula-testkit.frame-faults";
  private static final int MAX_DELAY_MILLIS = 30;

  private final FrameEnvelopeSerializer delegate = new FrameEnvelopeSerializer();
  private final FrameFaults faults;
  private final Random random;
  private @Nullable Object previous;
  private @Nullable Object held;
  private int remaining;

  /** Creates the serializer with the faults of the actor system's configuration; called by Akka. */
  public FaultyFrameSerializer(ExtendedActorSystem system) {
    this(faultsOf(system));
  }

  FaultyFrameSerializer(FrameFaults faults) {
    this.faults = faults;
    this.random = new Random(faults.seed());
  }

  private static FrameFaults faultsOf(ExtendedActorSystem system) {
    var config = system.settings().config().getConfig(KEY);
    return new FrameFaults(
        config.getLong("seed"),
        config.getDouble("lost"),
        config.getDouble("late"),
        config.getDouble("delayed"));
  }

  /** Returns the settings of a node that uses this serializer. */
  static Settings configure(Settings settings, FrameFaults faults) {
    var actorSystem = "mobula.cluster.actor-system.";
    return faults.equals(FrameFaults.NONE)
        ? settings
        : settings
            .set(
                actorSystem + "akka.actor.serializers.mobula-parcel",
                FaultyFrameSerializer.class.getName())
            .set(actorSystem + KEY + ".seed", faults.seed())
            .set(actorSystem + KEY + ".lost", faults.lost())
            .set(actorSystem + KEY + ".late", faults.late())
            .set(actorSystem + KEY + ".delayed", faults.delayed());
  }

  @Override
  public int identifier() {
    return delegate.identifier();
  }

  @Override
  public String manifest(Object parcel) {
    return delegate.manifest(parcel);
  }

  @Override
  public void toBinary(Object parcel, ByteBuffer buffer) {
    delegate.toBinary(parcel, buffer);
  }

  @Override
  public byte[] toBinary(Object parcel) {
    return delegate.toBinary(parcel);
  }

  @Override
  public Object fromBinary(ByteBuffer buffer, String manifest) throws NotSerializableException {
    return replaced(delegate.fromBinary(buffer, manifest));
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return replaced(delegate.fromBinary(bytes, manifest));
  }

  /** Returns the envelope that is delivered instead of the given one. */
  private synchronized Object replaced(Object parcel) {
    var last = previous;
    previous = parcel;
    if (last == null) {
      return parcel;
    }
    if (held != null && --remaining == 0) {
      var late = held;
      held = null;
      return late;
    }
    double drawn = random.nextDouble();
    if (drawn < faults.lost()) {
      return last;
    }
    drawn -= faults.lost();
    if (drawn < faults.late() && held == null) {
      held = parcel;
      remaining = 2;
      return last;
    }
    drawn -= faults.late();
    if (drawn >= 0 && drawn < faults.delayed()) {
      delay();
    }
    return parcel;
  }

  private void delay() {
    try {
      TimeUnit.MILLISECONDS.sleep(1 + random.nextInt(MAX_DELAY_MILLIS)); // simulates a slow network
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
