package io.mobula.internal.node;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Jackson modifier that refuses incomplete messages of Mobula. In a {@code @NullMarked} package,
 * each component of a record that is not {@code @Nullable} must have a value, and its collections
 * must contain no null. Jackson alone would create the record without it, and the receiving actor
 * would fail. Akka drops a refused message with a warning.
 */
final class RequiredComponentsModifier extends BeanDeserializerModifier {
  private static final long serialVersionUID = 1L;
  private static final String OURS = "io.mobula.";

  @Override
  public JsonDeserializer<?> modifyDeserializer(
      DeserializationConfig config, BeanDescription description, JsonDeserializer<?> usual) {
    var type = description.getBeanClass();
    return type.isRecord()
            && type.getName().startsWith(OURS)
            && type.getPackage().isAnnotationPresent(NullMarked.class)
        ? new RequiredComponentsDeserializer(usual, type)
        : usual;
  }

  private static final class RequiredComponentsDeserializer extends DelegatingDeserializer {
    private static final long serialVersionUID = 1L;
    private final transient List<RecordComponent> required;

    RequiredComponentsDeserializer(JsonDeserializer<?> usual, Class<?> type) {
      super(usual);
      this.required = Stream.of(type.getRecordComponents())
          .filter(RequiredComponentsDeserializer::isRequired)
          .toList();
      required.forEach(component -> component.getAccessor().setAccessible(true));
    }

    private static boolean isRequired(RecordComponent component) {
      return !component.getType().isPrimitive()
          && !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> other) {
      return new RequiredComponentsDeserializer(other, handledType());
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      var read = super.deserialize(parser, context);
      for (var component : required) {
        if (isMissing(part(component, read))) {
          return context.reportInputMismatch(
              handledType(),
              "a %s lacks its %s: it is damaged, or of another release",
              handledType().getSimpleName(),
              component.getName());
        }
      }
      return read;
    }

    /** Refuses null as a message; inside a message, null is an absent component. */
    @Override
    public @Nullable Object getNullValue(DeserializationContext context)
        throws JsonMappingException {
      var parser = context.getParser();
      if (parser != null && parser.getParsingContext().inRoot()) {
        return context.reportInputMismatch(
            handledType(), "null in place of a %s: it is damaged", handledType().getSimpleName());
      }
      return super.getNullValue(context);
    }

    private static boolean isMissing(@Nullable Object part) {
      return part == null
          || (part instanceof Collection<?> all && all.stream().anyMatch(each -> each == null));
    }

    private static @Nullable Object part(RecordComponent component, Object of) throws IOException {
      try {
        return component.getAccessor().invoke(of);
      } catch (ReflectiveOperationException unexpected) {
        throw new IOException("Cannot read " + component, unexpected);
      }
    }
  }
}
