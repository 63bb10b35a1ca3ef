# The desk in a container, as a user without rights. Its state is in /var/lib/kortrijk-desk, the city pack in /pack:
#   docker build -t kortrijk-desk .
#   docker run --rm -it -v desk:/var/lib/kortrijk-desk kortrijk-desk user add NAME --role manager
#   docker run -d --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -v desk:/var/lib/kortrijk-desk -v /srv/pack:/pack:ro -p 127.0.0.1:8765:8765 \
#     kortrijk-desk --pack /pack --host 0.0.0.0 --allow-host loket.stad.example --trust-proxy 172.17.0.1
# docs/desk.md says what stands in front of it.
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/desk \
 && /opt/desk/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[desk]'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/kortrijk-desk --create-home --shell /usr/sbin/nologin desk \
 && chmod 700 /var/lib/kortrijk-desk
COPY --from=build /opt/desk /opt/desk
ENV KORTRIJK_GEO_CACHE=/var/lib/kortrijk-desk/cache \
    NUMBA_CACHE_DIR=/var/lib/kortrijk-desk/numba \
    PYTHONUNBUFFERED=1
USER desk
WORKDIR /var/lib/kortrijk-desk
VOLUME /var/lib/kortrijk-desk
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/opt/desk/bin/python", "-c", \
  "from urllib.request import urlopen; urlopen('http://127.0.0.1:8765/gezondheid', timeout=4)"]
ENTRYPOINT ["/opt/desk/bin/kortrijk-geo", "desk", "--data", "/var/lib/kortrijk-desk"]
CMD ["--host", "127.0.0.1"]
