//! A proxy that makes AWS far away.

use super::ROUND_TRIP;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A proxy to `port` that is a round trip away; gives its endpoint.
pub async fn proxy(port: u16) -> String {
    // The sandbox answers nobody who names another port than its own.
    let listener = TcpListener::bind(("127.0.0.2", port))
        .await
        .expect("another loopback address");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                // What the three steps of a TCP connection cost.
                tokio::time::sleep(ROUND_TRIP).await;
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
                    return;
                };
                for stream in [&client, &server] {
                    let _ = stream.set_nodelay(true);
                }
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::join!(late(from_client, to_server), late(from_server, to_client));
            });
        }
    });
    format!("http://{address}")
}

/// Hands bytes on, each half a round trip after it came, however many are under way.
async fn late(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf) {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(tokio::time::Instant, Vec<u8>)>();
    let reading = async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(n @ 1..) = from.read(&mut buffer).await {
            let due = tokio::time::Instant::now() + ROUND_TRIP / 2;
            if sender.send((due, buffer[..n].to_vec())).is_err() {
                break;
            }
        }
    };
    let writing = async move {
        while let Some((due, bytes)) = receiver.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                break;
            }
        }
    };
    tokio::join!(reading, writing);
}
