package io.mobula.internal.node;

import akka.actor.ExtendedActorSystem;
import akka.serialization.jackson.ActorSystemAccess;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import java.io.IOException;

/**
 * Jackson module that lets {@link ObjectRef} and {@link ActorHandle} be fields of any Akka message:
 * they are serialized as their descriptors. It also makes Mobula's own messages complete or
 * refused. Named in {@code reference.conf}; created by Akka.
 */
public final class MobulaJacksonModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  /** Creates the module; called by Akka. */
  @SuppressWarnings("rawtypes") // Jackson works with raw classes
  public MobulaJacksonModule() {
    super("mobula");
    addSerializer(ObjectRef.class, new RefSerializer<>(ObjectRef.class) {
      private static final long serialVersionUID = 1L;

      @Override
      byte[] bytes(ObjectRef ref, AkkaMessageRefs akkaMessageRefs) {
        return akkaMessageRefs.bytes((ObjectRef<?>) ref);
      }
    });
    addSerializer(ActorHandle.class, new RefSerializer<>(ActorHandle.class) {
      private static final long serialVersionUID = 1L;

      @Override
      byte[] bytes(ActorHandle handle, AkkaMessageRefs akkaMessageRefs) {
        return akkaMessageRefs.bytes((ActorHandle<?>) handle);
      }
    });
    setDeserializerModifier(new RequiredComponentsModifier());
    addDeserializer(ObjectRef.class, new RefDeserializer<>(ObjectRef.class));
    addDeserializer(ActorHandle.class, new RefDeserializer<>(ActorHandle.class));
  }

  private abstract static class RefSerializer<T> extends StdScalarSerializer<T>
      implements ActorSystemAccess {
    private static final long serialVersionUID = 1L;

    RefSerializer(Class<T> type) {
      super(type);
    }

    abstract byte[] bytes(T value, AkkaMessageRefs akkaMessageRefs);

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeBinary(bytes(value, AkkaMessageRefs.of(currentSystem())));
    }

    @Override
    public void serializeWithType(
        T value, JsonGenerator out, SerializerProvider provider, TypeSerializer type)
        throws IOException {
      serialize(value, out, provider);
    }

    @Override
    public ExtendedActorSystem currentSystem() {
      return ActorSystemAccess.super.currentSystem();
    }
  }

  private static final class RefDeserializer<T> extends StdScalarDeserializer<T>
      implements ActorSystemAccess {
    private static final long serialVersionUID = 1L;
    private final Class<T> type;

    RefDeserializer(Class<T> type) {
      super(type);
      this.type = type;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return type.cast(AkkaMessageRefs.of(currentSystem()).revive(in.getBinaryValue()));
    }

    @Override
    public ExtendedActorSystem currentSystem() {
      return ActorSystemAccess.super.currentSystem();
    }
  }
}
